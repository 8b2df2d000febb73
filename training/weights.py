"""Fits all labels and writes the weights that the program ships."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from analyzer.frames import INTENTS
from analyzer.intents import model as running
from analyzer.intents.lookup import Lookup
from analyzer.intents.texts import Ints
from training import fitting
from training.data import Labelled

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]

#: Where the program looks for them.
PLACE: Final = Path(running.__file__).with_name(running.WEIGHTS)
_WHEN: Final = (1980, 1, 1, 0, 0, 0)


def weights(data: Labelled, rows: Ints) -> Arrays:
    """Arrays of ``running.Model``, fitted on ``rows``; thresholds from fits across persons."""
    limits = fitting.labels_to_fit(data, rows, fitting.across_persons(data, rows))
    terms = fitting.vocabulary(data, rows)
    matrix = fitting.features(data, terms).matrix[rows]
    columns, biases = [], []
    for label, limit in limits.items():
        coefficients, bias = fitting.fitted(matrix, data.truth[rows, INTENTS.index(label)])
        columns.append(coefficients)
        biases.append(bias - limit)
    table = np.column_stack(columns) if columns else np.zeros((matrix.shape[1], 0))
    return {
        "labels": np.array(list(limits), dtype="U20"),
        "terms": terms,
        "term_weights": table[: len(terms)].astype(np.float16),
        "other_weights": table[len(terms) :].astype(np.float32),
        "bias": np.array(biases, dtype=np.float32),
    }


def write(arrays: Arrays, path: Path) -> None:
    """An .npz whose bytes depend on the arrays alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _WHEN), data.getvalue())


def as_model(arrays: Arrays) -> running.Model:
    """The same, ready to run."""
    return running.Model(
        tuple(arrays["labels"].tolist()),
        Lookup(arrays["terms"].astype(np.uint64)),
        arrays["term_weights"].astype(np.float32),
        arrays["other_weights"].astype(np.float64),
        arrays["bias"].astype(np.float64),
    )
