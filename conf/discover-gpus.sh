#!/usr/bin/env bash
# Tells Spark which GPUs a machine has: prints the indices that nvidia-smi lists, as JSON. Set its path as
# spark.worker.resource.gpu.discoveryScript or spark.executor.resource.gpu.discoveryScript.
set -euo pipefail
addresses=$(nvidia-smi --query-gpu=index --format=csv,noheader | sed 's/.*/"&"/' | paste -sd, -)
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
