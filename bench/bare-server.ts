// The least that can be said to store a post: fastify, one pool, one row a post, durable.
import fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
await pool.query(
  'create table if not exists posts (id bigint generated always as identity, body text not null)',
);
const app = fastify();
app.post('/posts', async (request, reply) => {
  await pool.query('insert into posts (body) values ($1)', [JSON.stringify(request.body)]);
  return reply.status(202).send({ accepted: true });
});
const url = await app.listen({ port: 0 });
console.log(JSON.stringify({ url }));
process.once('SIGTERM', () => app.close().then(() => pool.end()));
