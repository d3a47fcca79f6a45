#!/usr/bin/env node
'use strict';

// Plain JavaScript on purpose: a Node.js too old for the rest must run this, to say which one is needed.
var fs = require('fs');
var path = require('path');

var needed = [22, 19];
var parts = process.versions.node.split('.').map(Number);
if (parts[0] < needed[0] || (parts[0] === needed[0] && parts[1] < needed[1])) {
  console.error(
    'tieline: needs Node.js ' +
      needed.join('.') +
      ' or newer and this is ' +
      process.versions.node +
      '; install Node.js 24 from https://nodejs.org and run the command again.',
  );
  process.exit(1);
}

// What was compiled once is not compiled again, which makes a start quicker. In the user's own folder, where nobody else can put
// something in its place; a machine without one, or with one that cannot be written, goes without.
try {
  var cache = path.join(require('os').homedir(), '.cache', 'tieline');
  require('module').enableCompileCache(cache);
} catch (error) {
  if (!(error instanceof Error)) throw error;
}

var root = path.join(__dirname, '..');
var built = path.join(root, 'dist', 'main.js');
var source = path.join(root, 'src', 'main.ts');
// In a checkout the source runs as it is; the published package carries only dist/.
import(require('url').pathToFileURL(fs.existsSync(source) ? source : built).href).catch((error) => {
  console.error(error);
  process.exit(1);
});
