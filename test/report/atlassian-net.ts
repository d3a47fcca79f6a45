// Loaded into a child process by --import: its TLS connections to the hosts that TEST_HOSTS names (as JSON, host to
// port) go to this machine, as a line in /etc/hosts would have it. All else, and the check of certificates, stays.
import tls from 'node:tls';

const ports: Record<string, number> = JSON.parse(process.env.TEST_HOSTS ?? '{}');
const connect = tls.connect;

tls.connect = ((options: tls.ConnectionOptions, ...rest: [() => void]) => {
  const port = ports[String(options.host)];
  const here = port === undefined ? {} : { host: '127.0.0.1', port, servername: 'localhost' };
  return connect({ ...options, ...here }, ...rest);
}) as typeof tls.connect;
