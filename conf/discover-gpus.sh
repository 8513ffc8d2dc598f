#!/usr/bin/env bash
# Tells Spark which GPUs a machine or a container has: prints the indices that nvidia-smi lists, as JSON. Set its path as
# spark.worker.resource.gpu.discoveryScript (standalone) or spark.executor.resource.gpu.discoveryScript (YARN, Kubernetes).
#
# nvidia-smi counts by PCI bus and ignores CUDA_VISIBLE_DEVICES; CUDA obeys it, and counts the fastest first. So executors need
# CUDA_DEVICE_ORDER=PCI_BUS_ID. Where CUDA_VISIBLE_DEVICES is set, print UUIDs: replace index by uuid below.
set -euo pipefail
gpus=$(nvidia-smi --query-gpu=index --format=csv,noheader)
addresses=$(sed -n 's/..*/"&"/p' <<<"$gpus" | paste -sd, -)
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
