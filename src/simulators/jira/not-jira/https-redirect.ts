import { type PlainServer, startPlainServer } from './plain-server.ts';

/**
 * What stands on port 80 before a Jira that is served by HTTPS: every request, whatever its method, is sent to the same
 * path below `to`. 301 and 302 are what Apache, nginx and Jira's own Tomcat answer.
 */
export function startHttpsRedirect(to: string, status: 301 | 302 | 307 | 308 = 301): Promise<PlainServer> {
  const base = to.replace(/\/$/, '');
  return startPlainServer((request, response) => {
    response.writeHead(status, { location: `${base}${request.url ?? '/'}`, 'content-type': 'text/html' });
    response.end(`<html><head><title>${status} Moved</title></head><body></body></html>`);
  });
}
