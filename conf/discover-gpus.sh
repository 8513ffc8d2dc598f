#!/usr/bin/env bash
# Spark's GPU discovery script: prints the addresses that nvidia-smi lists.
#   spark.worker.resource.gpu.discoveryScript / spark.executor.resource.gpu.discoveryScript
set -euo pipefail
addresses=$(nvidia-smi --query-gpu=index --format=csv,noheader | sed 's/.*/"&"/' | paste -sd, -)
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
