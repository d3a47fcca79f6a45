#!/bin/sh
# Buildkite: .buildkite/hooks/pre-exit, executable. It runs after the command of each step, whose exit status it knows.
# The connect key comes from the agent's secrets, here from a file.
set -eu
npx --yes tieline report \
  --connect-hostname https://tieline.example.com \
  --connect-key-file /etc/buildkite-agent/tieline-connect-key \
  --instance myorg \
  --project MYT \
  --ignore-errors
