// Runs the npm package oidc-provider as a sign-in of the kind that Microsoft's is: one public client,
// loopback and device code, refresh tokens that are good once. Settings come from the environment.
import fs from 'node:fs';
import https from 'node:https';

const { Provider } = await import(process.env.OIDC_PACKAGE);
const port = Number(process.env.OIDC_PORT);
const mount = '/tenant/v2.0';

const provider = new Provider(`https://localhost:${port}${mount}`, {
  clients: [
    {
      client_id: 'brickwall',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://localhost'],
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      response_types: ['code'],
    },
  ],
  scopes: [
    'openid', 'offline_access', 'profile', 'Mail.Read', 'Calendars.Read', 'User.Read',
    ...(process.env.OIDC_SCOPES ?? '').split(' ').filter(Boolean),
  ],
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  ttl: {
    AccessToken: Number(process.env.OIDC_TOKEN_SECONDS),
    DeviceCode: Number(process.env.OIDC_CODE_SECONDS),
    RefreshToken: 3600,
    Grant: 3600,
    Session: 3600,
    Interaction: 3600,
    IdToken: 3600,
  },
  async findAccount(_context, id) {
    const claims = { sub: id, preferred_username: id, oid: 'a-person', tid: 'tenant' };
    return { accountId: id, async claims() { return claims; } };
  },
});

const handle = provider.callback();
const tls = { key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') };
https
  .createServer(tls, (request, response) => {
    if (!request.url.startsWith(mount)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    // Microsoft lets people choose an account; here that is to sign in and to agree.
    const path = request.url.replace('prompt=select_account', 'prompt=login+consent');
    request.originalUrl = path;
    request.url = path.slice(mount.length) || '/';
    handle(request, response);
  })
  .listen(port, '127.0.0.1');
