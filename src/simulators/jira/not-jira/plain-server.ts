import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small server that notes what it was asked. */
export interface PlainServer {
  url: string;
  /** Method and address of every request so far, e.g. `GET /rest/api/2/serverInfo`. */
  requests: readonly string[];
  close(): Promise<void>;
}

/** Starts a server on a free port of this machine. */
export async function startPlainServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<PlainServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    request.on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
