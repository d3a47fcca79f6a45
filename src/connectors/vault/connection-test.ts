import { type Finding, reportOf, runCheck } from '../../kit/connection-report.ts';
import type { Connection, TestReport } from '../../kit/connector.ts';
import { asRecord } from './answers.ts';
import { openSession, type VaultSession } from './session.ts';
import type { VaultSettings } from './settings.ts';

/** What `sys/health` answers with. https://developer.hashicorp.com/vault/api-docs/system/health */
const healthStates: Record<number, Finding> = {
  200: { state: 'ok', message: 'Vault is unsealed and active.' },
  472: {
    state: 'failed',
    message: 'This is a disaster recovery secondary, which serves no secrets.',
    hint: 'Use the address of the primary cluster.',
  },
  474: {
    state: 'failed',
    message: 'This node is on standby and does not reach the active one.',
    hint: 'See the log of Vault.',
  },
  501: { state: 'failed', message: 'Vault is not initialised.', hint: 'Run vault operator init there.' },
  503: { state: 'failed', message: 'Vault is sealed.', hint: 'Unseal it: vault operator unseal.' },
  530: {
    state: 'failed',
    message: 'This node was removed from its cluster.',
    hint: 'Use the address of another one.',
  },
};
const onStandby: Finding = {
  state: 'ok',
  message: 'Vault is unsealed; this node is on standby and hands requests on to the active one.',
};

/** A token that ends sooner and cannot be renewed is worth a word. */
const soonSeconds = 7 * 24 * 60 * 60;

/** Says whether Vault answers, is unsealed, and knows us. Secrets are not read: each reference names its own. */
export async function testVault(connection: Connection<VaultSettings>): Promise<TestReport> {
  const startedAt = connection.now();
  const session = openSession(connection);
  const found: Pick<TestReport, 'product' | 'account'> = {};
  const capabilities = [
    await runCheck('health', () => checkHealth(session, found)),
    await runCheck('token', () => checkToken(connection, session, found)),
  ];
  return reportOf(connection, startedAt, { ...found, capabilities });
}

async function checkHealth(session: VaultSession, found: { product?: string }): Promise<Finding> {
  const answer = await session.anonymous.request({
    method: 'GET',
    // A standby would say 429 otherwise, which means something else to everybody on the way.
    url: '/v1/sys/health?standbyok=true&perfstandbyok=true',
    accept: Object.keys(healthStates).map(Number),
  });
  const { version, sealed, standby } = asRecord(answer.json());
  const state = healthStates[answer.status];
  if (typeof version !== 'string' || typeof sealed !== 'boolean' || state === undefined) {
    return {
      state: 'failed',
      message: 'What answers is not Vault.',
      hint: 'Check the address: it is what VAULT_ADDR would be.',
    };
  }
  found.product = `HashiCorp Vault ${version}`;
  return answer.status === 200 && standby === true ? onStandby : state;
}

async function checkToken(
  { settings }: Connection<VaultSettings>,
  session: VaultSession,
  found: { account?: TestReport['account'] },
): Promise<Finding> {
  const { name, policies, ttlSeconds, renewable } = await session.lookUp();
  found.account = { name, id: name };
  const life =
    ttlSeconds === undefined
      ? 'does not end'
      : `ends in ${titleOf(ttlSeconds)} and is ${renewable ? 'renewed while it is used' : 'not renewable'}`;
  const message = `The token of ${name} has the policies ${policies.join(', ')} and ${life}.`;
  const ends = settings.auth.type === 'token' && ttlSeconds !== undefined && !renewable;
  return ends && ttlSeconds < soonSeconds
    ? { state: 'ok', message, hint: 'Use a periodic token, or AppRole, which is signed in again by itself.' }
    : { state: 'ok', message };
}

function titleOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
