// Calls a broker through the vendor's unmodified SDK, and writes what its user gets as the last line: {"answer":{…}} or {"thrown":{…}}.
// Usage: node sdk.js '{"verb":"poll","endpoint":"http://127.0.0.1:8080","ak":"…","sk":"…","serverId":"web-1"}'
'use strict';

const wanted = JSON.parse(process.argv[2]);
if (wanted.clockMinutes) {
  shiftClock(wanted.clockMinutes * 60_000);
}

const { BasicCredentials, GlobalCredentials, Region } = require('@huaweicloud/huaweicloud-sdk-core');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder');
const { DefaultHttpClient } = require('@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient');
const { HcClient } = require('@huaweicloud/huaweicloud-sdk-core/HcClient');

const verbs = { poll, report, pollWithToken, signIn, validate };
verbs[wanted.verb]().then(
  answer => tell({ answer }),
  thrown => tell({
    thrown: {
      name: thrown.name,
      status: thrown.httpStatusCode,
      code: thrown.errorCode === undefined ? undefined : String(thrown.errorCode),
      message: thrown.errorMsg ?? thrown.message,
      requestId: thrown.requestId,
      authorization: thrown.encodedAuthorizationMessage,
    },
  }));

// What the SDK's own module for this API does.
function poll() {
  return client().sendRequest(request('GET', `/v3/sources/${wanted.serverId}/command`));
}

function report() {
  const body = { command_name: wanted.commandName, result: 'success', result_detail: { msg: 'done' } };
  return client().sendRequest(request('POST', `/v3/sources/${wanted.serverId}/command_result`, body));
}

// A program that signed in and sends its token, without a key.
function pollWithToken() {
  const poll = request('GET', `/v3/sources/${wanted.serverId}/command`);
  poll.headers['X-Auth-Token'] = wanted.token;
  return new HcClient(new DefaultHttpClient({}, [wanted.endpoint])).withEndpoints([wanted.endpoint]).sendRequest(poll);
}

function signIn() {
  const user = { name: wanted.user, password: wanted.password, domain: { name: wanted.domain } };
  return iam().keystoneCreateUserTokenByPassword({
    body: { auth: { identity: { methods: ['password'], password: { user } }, scope: { project: { id: wanted.projectId } } } },
  });
}

function validate() {
  return iam().keystoneValidateToken({ 'X-Subject-Token': wanted.token });
}

function iam() {
  const { IamClient } = require('@huaweicloud/huaweicloud-sdk-iam/v3/public-api');
  return IamClient.newBuilder().withCredential(credential()).withEndpoint(wanted.endpoint).build();
}

// With a region the SDK first asks IAM whose key it has.
function client() {
  const builder = new ClientBuilder(hcClient => hcClient).withCredential(credential());
  return wanted.region
    ? builder.withRegion(new Region(wanted.region, wanted.endpoint)).build()
    : builder.withEndpoint(wanted.endpoint).build();
}

function credential() {
  const kind = wanted.basic ? BasicCredentials : GlobalCredentials;
  return new kind({
    ak: wanted.ak, sk: wanted.sk, securityToken: wanted.securityToken, domainId: wanted.domainId, projectId: wanted.projectId, iamEndpoint: wanted.endpoint,
  });
}

function request(method, url, data = {}) {
  return { method, url, contentType: 'application/json', queryParams: {}, pathParams: {}, headers: {}, data };
}

function tell(outcome) {
  process.stdout.write(`\n${JSON.stringify(outcome)}\n`);
}

function shiftClock(milliseconds) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) {
      super(...(parts.length === 0 ? [Real.now() + milliseconds] : parts));
    }

    static now() {
      return Real.now() + milliseconds;
    }
  };
}
