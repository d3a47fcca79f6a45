import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

const certificates = new URL('../../src/http/fixtures/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, certificates));

/** The authority whose certificate a front shows, for NODE_EXTRA_CA_CERTS. */
export const authorityFile = fileURLToPath(new URL('authority.pem', certificates));

/** A TLS server that hands the plain bytes on to an http address: what stands before any site on the Internet. */
export async function startTlsFront(behind: string): Promise<{ port: number; close(): Promise<void> }> {
  const { hostname, port } = new URL(behind);
  const open = new Set<{ destroy(): void }>();
  const server = createServer({ key: read('localhost.key.pem'), cert: read('localhost.pem') }, (outer) => {
    const inner = connect({ host: hostname, port: Number(port) });
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      open.add(one);
      one.on('close', () => open.delete(one));
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
