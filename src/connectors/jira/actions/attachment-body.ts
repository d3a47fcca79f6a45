/** A file as Jira takes it: a multipart body with one part, `file`. RFC 7578. */
export async function attachmentBody(
  name: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<{ body: Uint8Array; type: string }> {
  const form = new FormData();
  form.append('file', new Blob([content]), name);
  const encoded = new Response(form);
  const type = encoded.headers.get('content-type') ?? '';
  return { body: new Uint8Array(await encoded.arrayBuffer()), type };
}
