import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import chromium, { inflate } from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** A real browser from npm: nothing is downloaded, and what it needs of the system comes with it. */
export interface TestBrowser {
  browser: Browser;
  close(): Promise<void>;
}

/** Meant for a place that runs one page in one process; with these two a closed page would end the browser. */
const unwanted = ['--single-process', '--no-zygote'];

/** Unpacks the browser into a folder of its own, as the package's usual place may be another user's, and starts it. */
export async function startBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'tieline-browser-'));
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const executablePath = await chromium.executablePath();
    const packaged = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');
    const libraries = join(await inflate(join(packaged, 'al2023.tar.br')), 'lib');
    const browser = await playwright.launch({
      executablePath,
      args: chromium.args.filter((argument) => !unwanted.includes(argument)),
      env: {
        ...process.env,
        LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, libraries].filter(Boolean).join(':'),
      },
    });
    return {
      browser,
      async close() {
        await browser.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } finally {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
  }
}
