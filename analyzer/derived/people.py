"""Who is who: addresses to persons, persons to companies. No judgement."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from analyzer.derived import names
from analyzer.derived.groups import Bools, Ints, chained, components, looked_up, positions
from analyzer.frames import shaped
from analyzer.settings import Settings
from store.facts import Facts


@dataclass(frozen=True)
class People:
    """Frames ``people`` and ``mailboxes`` of ``analyzer.frames``."""

    people: pd.DataFrame
    mailboxes: pd.DataFrame

    def of(self, addresses: pd.Series[str]) -> Ints:
        """The person of each address, -1 where nobody has it."""
        return person_of(self.people, addresses)


def person_of(people: pd.DataFrame, addresses: pd.Series[str]) -> Ints:
    """The person of each address (any case), -1 where nobody has it."""
    told = people["addresses"]
    known = pd.Index(list(chain.from_iterable(told)), dtype="str")
    person = np.repeat(people["person"].to_numpy("int64"), told.map(len).to_numpy("int64"))
    rows = known.get_indexer(pd.Index(addresses.str.lower()))
    return np.asarray(np.append(person, -1)[rows])


def people(facts: Facts, settings: Settings) -> People:
    """Persons behind the addresses of mails, calendars, deals and marks.

    All own addresses (also with a ``+tag``) are one person, the rep. Two other addresses are one
    person only with the same full name at the same company, or the same local part in two
    subdomains of one company. Company: the registrable domain, or for free-mail the address.
    A domain the rep has an address at makes colleagues, never a free-mail one.
    """
    known = _addresses(facts)
    known["own"] = _own(known, facts)
    known["company"] = known["domain"].where(
        ~known["domain"].isin(names.FREE_MAIL), known["address"]
    )
    own_domains = set(known.loc[known["own"], "company"]) - set(known["address"])
    known["colleague"] = known["company"].isin(own_domains) & ~known["own"]
    known["automatic"] = names.automatic(known["address"]) & ~known["own"]
    known["person"] = _merged(known)
    known = known.join(_offsets(facts), on="address")
    return People(_persons(known, settings), _mailboxes(facts, known))


def _addresses(facts: Facts) -> pd.DataFrame:
    """One row per address in sorted order: address, name, domain, weight (how often seen)."""
    seen = pd.concat([_mailed(facts), _invited(facts), _told(facts)], ignore_index=True)
    seen = seen[seen["address"].str.contains("@", regex=False)]
    seen["name"] = names.cleaned(seen["name"])
    by_name = seen.groupby(["address", "name"], sort=True)["weight"].sum().reset_index()
    by_name["named"] = by_name["name"] != ""
    by_name = by_name.sort_values(
        ["address", "named", "weight", "name"], ascending=[True, False, False, True]
    )
    best = by_name.drop_duplicates("address").set_index("address")["name"]
    total = by_name.groupby("address")["weight"].sum()
    known = pd.DataFrame({"name": best, "weight": total}).reset_index()
    known["domain"] = _domains(known["address"], facts.mailboxes)
    return known


def _mailed(facts: Facts) -> pd.DataFrame:
    """Addresses of mails; a name somebody gives themselves weighs more than one given to them."""
    boxes, size = (
        facts.mailboxes,
        int(facts.mailboxes["mailbox"].max() + 1) if len(facts.mailboxes) else 0,
    )
    mailbox = facts.participants["mailbox"].to_numpy()
    count = np.bincount(mailbox, minlength=size)
    said = np.bincount(mailbox[(facts.participants["role"] == "from").to_numpy()], minlength=size)
    weight = (count + 3 * said)[boxes["mailbox"].to_numpy()]
    return pd.DataFrame({"address": boxes["address"], "name": boxes["name"], "weight": weight})


def _invited(facts: Facts) -> pd.DataFrame:
    """Addresses of calendars."""
    events = facts.events
    organizers = pd.DataFrame({"address": events["organizer"], "name": events["organizer_name"]})
    others = pd.DataFrame({"address": pd.concat([events["sent_by"], events["actor"]])})
    parts = [facts.attendances[["address", "name"]], organizers, others.assign(name="")]
    seen = pd.concat(parts, ignore_index=True)
    seen = seen.groupby(["address", "name"], sort=False).size().rename("weight").reset_index()
    return seen.assign(address=seen["address"].str.lower())


def _told(facts: Facts) -> pd.DataFrame:
    """Addresses that the rep told us."""
    parts = [facts.addresses["address"], facts.deals["contact"], facts.marks["target"]]
    addresses = pd.concat(parts, ignore_index=True).astype("str").str.strip().str.lower()
    return pd.DataFrame({"address": addresses, "name": "", "weight": 0}).astype({"name": "str"})


def _domains(addresses: pd.Series[str], mailboxes: pd.DataFrame) -> pd.Series[str]:
    hosts = addresses.str.replace(r"^.*@", "", regex=True)
    known_hosts = mailboxes["address"].str.replace(r"^.*@", "", regex=True)
    by_host = pd.Series(mailboxes["domain"].array, index=pd.Index(known_hosts))
    by_host = by_host[~by_host.index.duplicated() & (by_host != "")]
    domains = looked_up(hosts, by_host).astype("str")
    missing = domains.isna() | (domains == "")
    if missing.any():
        domains = domains.where(~missing, names.registrable(hosts[missing]))
    return domains.astype("str")


def _own(known: pd.DataFrame, facts: Facts) -> pd.Series[bool]:
    bare = known["address"].str.replace(r"\+[^@]*@", "@", regex=True)
    return bare.isin(facts.addresses["address"].str.lower())


def _merged(known: pd.DataFrame) -> Ints:
    """The person of each row: the smallest row number among the addresses of one person."""
    count, own = len(known), known["own"].to_numpy()
    free = (known["company"] == known["address"]).to_numpy()
    mergeable = ~own & ~free & ~known["automatic"].to_numpy()
    local = names.local_part(known["address"])
    by_name = _groups(names.key(known["name"]), known["company"], mergeable)
    by_local = _groups(local.where(~names.functional(local), ""), known["company"], mergeable)
    edges = [chained(np.where(own, 0, -1)), chained(by_name), chained(by_local)]
    return components(count, *map(np.concatenate, zip(*edges, strict=True)))


def _groups(text: pd.Series[str], company: pd.Series[str], mergeable: Bools) -> Ints:
    codes = pd.DataFrame({"t": text, "c": company}).groupby(["t", "c"], sort=False).ngroup()
    return np.where(mergeable & (text != "").to_numpy(), codes.to_numpy("int64"), -1)


def _offsets(facts: Facts) -> pd.Series[float]:
    """Minutes from UTC that each address used most in its own mails."""
    said = facts.participants.loc[facts.participants["role"] == "from", ["message", "mailbox"]]
    row = positions(said["message"].to_numpy(), facts.messages["message"].to_numpy())
    offset = facts.messages["offset_minutes"].to_numpy("float64", na_value=np.nan)[row]
    address = facts.mailboxes.set_index("mailbox")["address"]
    box = said["mailbox"].to_numpy()[(row >= 0) & ~np.isnan(offset)]
    offset = offset[(row >= 0) & ~np.isnan(offset)]
    counted = pd.DataFrame({"box": box, "offset": offset}).value_counts(sort=False).reset_index()
    counted["address"] = looked_up(counted["box"], address)
    counted = counted.astype({"address": "str"})
    counted = counted.groupby(["address", "offset"])["count"].sum().reset_index()
    counted = counted.sort_values(["address", "count", "offset"], ascending=[True, False, True])
    return counted.drop_duplicates("address").set_index("address")["offset"]


def _persons(known: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One row per person; the address used most speaks for the others."""
    order = known.sort_values(["person", "weight", "address"], ascending=[True, False, True])
    best = order.drop_duplicates("person").set_index("person")
    grouped = known.groupby("person")
    best["addresses"] = grouped["address"].agg(tuple)
    named = order[order["name"] != ""].drop_duplicates("person").set_index("person")["name"]
    best["name"] = named.reindex(best.index).fillna(names.from_address(best["address"]))
    told = order[order["offset"].notna()].drop_duplicates("person").set_index("person")["offset"]
    zone = _zone_names(told.reindex(best.index))
    best["zone"] = zone.where(~best["own"], settings.zone)
    best["country"] = names.country(best["address"])
    return shaped("people", best.reset_index())


def _zone_names(offset: pd.Series[float]) -> pd.Series[str]:
    """Such as "UTC+02:00" for 120 minutes, ``""`` for none: there are only few distinct offsets."""
    said = {
        m: f"UTC{'+' if m >= 0 else '-'}{abs(m) // 60:02.0f}:{abs(m) % 60:02.0f}"
        for m in offset.dropna().unique()
    }
    return offset.map(said).astype("str").fillna("")


def _mailboxes(facts: Facts, known: pd.DataFrame) -> pd.DataFrame:
    by_address = pd.Series(known["person"].to_numpy(), index=pd.Index(known["address"]))
    person = looked_up(facts.mailboxes["address"], by_address).fillna(-1).astype("int64")
    return shaped("mailboxes", facts.mailboxes.assign(person=person))
