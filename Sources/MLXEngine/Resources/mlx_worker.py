"""Serves one model folder through mlx-lm, or mlx-embeddings, over the line protocol of docs/worker-protocol.md, version 1.

Needs mlx and mlx-lm, for models that make vectors mlx-embeddings as well; computes wherever the installed mlx does: Metal, CUDA or the processor.
"""

import base64
import ctypes
import hashlib
import json
import os
import platform
import queue
import resource
import sys
import threading
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

PROTOCOL = 1
LINE_LIMIT = 64 << 20
# The step of mlx_lm's own commands.
PREFILL_STEP = 2048
# Those of WeightManifest.swift.
OTHER_FILES = (
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "chat_template.jinja", "additional_chat_templates/tool_use.jinja",
)
# Of sentence-transformers: what says how vectors are made of texts.
MODULES, SETTINGS = "modules.json", "config_sentence_transformers.json"
TRANSFORMER_FILES = ("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_xlm-roberta_config.json")
POOLINGS = {
    "cls_token": "cls", "lasttoken": "lasttoken", "mean_tokens": "mean", "max_tokens": "max",
    "mean_sqrt_len_tokens": "mean_sqrt_len_tokens", "weightedmean_tokens": "weightedmean",
}


class Refusal(Exception):
    """Why a request has no result; `status` says how the cell ended, if it did not simply fail."""

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


class Begun:
    """A request that is worked on in slices. Its cache is the engine's."""

    def __init__(self, prompt, cached, limit, stops, seconds, sampler):
        self.prompt, self.rest, self.limit = prompt, prompt[cached:], limit
        self.stops, self.seconds, self.sampler = stops, seconds, sampler
        self.tokens, self.spent_ns, self.finished = [], 0, False
        # The newest token as the model's next input; None until the prompt is processed.
        self.newest = None

    def take(self, token, elapsed_ns):
        """Whether the token is part of the answer; decides whether it was the last."""
        if token in self.stops:
            self.finished = True
            return False
        self.tokens.append(token)
        self.finished = len(self.tokens) == self.limit or self.spent_ns + elapsed_ns >= self.seconds * 1e9
        return True


class Wire:
    """The protocol's lines on standard input and output. What a library prints goes to standard error."""

    def __init__(self):
        self.out = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self.inbox = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while line := sys.stdin.buffer.readline(LINE_LIMIT + 1):
            if len(line) > LINE_LIMIT:
                os._exit(2)
            self.inbox.put(line)
        # The runner is gone: nothing waits for what is being computed.
        os._exit(0)

    def send(self, value):
        data = memoryview(json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n")
        while data:
            data = data[self.out.write(data):]


def peak_memory_bytes():
    """The most that this process has held; on macOS the physical footprint, which includes what the GPU holds."""
    if sys.platform == "darwin":
        usage = (ctypes.c_uint64 * 64)()
        if ctypes.CDLL(None).proc_pid_rusage(os.getpid(), 4, ctypes.byref(usage)) == 0:
            return usage[2 + 28]  # rusage_info_v4.ri_lifetime_max_phys_footprint
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weight_hashes(path):
    """The SHA-256 of a file, and each of its tensors by name as [type, shape, SHA-256]; none if it is no safetensors."""
    whole, tensors, position = hashlib.sha256(), {}, 0
    with open(path, "rb") as file:

        def take(count, *more):
            while count > 0 and (part := file.read(min(count, 1 << 18))):
                for hasher in (whole, *more):
                    hasher.update(part)
                count -= len(part)
            return count == 0

        start = file.read(8)
        length = int.from_bytes(start, "little")
        header = file.read(length) if length <= 100_000_000 else b""
        whole.update(start + header)
        try:
            entries = [(name, entry) for name, entry in json.loads(header).items() if name != "__metadata__"]
            for name, entry in sorted(entries, key=lambda entry: entry[1]["data_offsets"]):
                first, end = entry["data_offsets"]
                own = hashlib.sha256()
                if first != position or not take(end - first, own):
                    raise ValueError(name)
                tensors[name], position = [entry["dtype"], entry["shape"], own.hexdigest()], end
            if take(1):
                raise ValueError("bytes after the last tensor")
        except (ValueError, KeyError, TypeError, AttributeError):
            tensors = None
        while take(1 << 18):
            pass
    return whole.hexdigest(), tensors


def canonical_hash(value):
    """The SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def field(request, name, kind, default=None):
    """A member of a request, checked; required if there is no default."""
    value = request.get(name, default)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Refusal(f"bad request: {name} is missing or of another type than {kind.__name__}")
    return value


class Recipe:
    """How vectors are made of the states of a text's tokens, as the folder's files state it; nothing is guessed."""

    def __init__(self, folder):
        self.folder, self.projections, self.pooling, self.normalized = folder, [], None, False
        steps = [(step["type"].split(".")[-1], step["path"]) for step in self._read(MODULES)]
        for index, (kind, path) in enumerate(steps):
            if self.normalized or (kind == "Transformer") != (index == 0):
                raise Refusal(f"{MODULES} has the step {kind} in place {index}, which is not known here")
            if kind == "Pooling" and not self.pooling:
                config = self._read(f"{path}/config.json")
                self.dimension = config.get("word_embedding_dimension") or config["embedding_dimension"]
                self.pools_prompt = config.get("include_prompt", True)
                modes = [config["pooling_mode"]] if "pooling_mode" in config else [
                    pooling for name, pooling in POOLINGS.items() if config.get(f"pooling_mode_{name}")]
                if len(modes) != 1 or modes[0] not in POOLINGS.values():
                    raise Refusal(f"{path}/config.json names no single way of pooling that is known here")
                self.pooling = modes[0]
            elif kind == "Dense" and self.pooling:
                config = self._read(f"{path}/config.json")
                activation = config.get("activation_function", "Tanh").split(".")[-1]
                if activation not in ("Identity", "Tanh") or config.get("use_residual"):
                    raise Refusal(f"{path}/config.json has a step that is not known here")
                self.projections.append((folder / path / "model.safetensors", activation))
                self.dimension = config["out_features"]
            elif kind == "Normalize" and self.pooling:
                self.normalized = True
            elif index > 0:
                raise Refusal(f"{MODULES} has the step {kind} in place {index}, which is not known here")
        if not self.pooling:
            raise Refusal(f"{MODULES} has no Pooling, so nothing says how a vector is made of tokens")
        settings = self._read(SETTINGS, {})
        self.prompts, self.default_prompt = settings.get("prompts") or {}, settings.get("default_prompt_name")
        self.similarity = settings.get("similarity_fn_name") or "cosine"
        stated = next((file for file in TRANSFORMER_FILES if (folder / file).is_file()), None)
        self.maximum = self._read(stated).get("max_seq_length") if stated else None
        names = [MODULES, SETTINGS, *TRANSFORMER_FILES]
        names += [f"{path}/{name}" for _, path in steps if path for name in ("config.json", "model.safetensors")]
        self.files = [folder / name for name in names if (folder / name).is_file()]

    def _read(self, name, default=None):
        path = self.folder / name
        if default is not None and not path.is_file():
            return default
        return json.loads(path.read_text())

    def prompt(self, name):
        """The text of a prompt; the default for None, none for the empty name."""
        name = self.default_prompt if name is None else name
        if name and name not in self.prompts:
            raise Refusal(f'bad request: the model has no prompt "{name}"')
        return self.prompts[name] if name else ""

    def facts(self, maximum):
        return {
            "dimension": self.dimension, "pooling": self.pooling, "normalized": self.normalized,
            "similarity": self.similarity, "maximum_tokens": maximum, "prompts": self.prompts,
            "default_prompt": self.default_prompt, "matryoshka": [],
        }


class Embedder:
    """A model of mlx-embeddings, of which only the states of tokens are taken: the library pools every model in one way."""

    def __init__(self, mx, folder, config, limit):
        try:
            import mlx_embeddings
            from importlib.metadata import version
        except ImportError as error:
            raise Refusal(
                "the model makes vectors, for which the mlx engine needs mlx-embeddings: "
                f"{sys.executable} -m pip install mlx-embeddings ({error})", "unsupported") from error
        from tokenizers import Tokenizer

        self.mx, self.recipe = mx, Recipe(folder)
        self.version = f"mlx-embeddings {version('mlx-embeddings')}"
        self.model = mlx_embeddings.utils.load_model(
            folder, path_to_repo=str(folder), get_model_classes=self._classes(mlx_embeddings.utils._get_classes))
        # ModernBERT's states are those of the model inside: the one around it pools.
        self.states = self.model.model if config["model_type"] == "modernbert" else self.model
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.projections = [(mx.load(str(file)), activation) for file, activation in self.recipe.projections]
        # RoBERTa's positions begin after that of padding.
        first = config.get("pad_token_id", 1) + 1 if "roberta" in config["model_type"] else 0
        limits = [self.recipe.maximum, limit, config.get("max_position_embeddings", 1 << 30) - first]
        self.maximum = min(value for value in limits if value)

    @staticmethod
    def _classes(library):
        """The library's classes for models whose folder has no pooler, which sentence-transformers does not use."""
        from mlx.utils import tree_flatten

        def classes(config):
            model_class, *others = library(config)

            class States(model_class):
                def load_weights(self, weights, strict=True):
                    names = {name for name, _ in weights}
                    unused = [
                        (name, array) for name, array in tree_flatten(self.parameters())
                        if name.startswith("pooler.") and name not in names
                    ]
                    return super().load_weights(weights + unused, strict)

            return States, *others

        return classes

    def encode(self, text):
        """The ids of a text with special tokens, at most as many as are read, and how many were cut at its end."""
        whole = self.tokenizer.encode(text)
        around = self.tokenizer.num_special_tokens_to_add(False)
        plain = self.tokenizer.encode(text, add_special_tokens=False).ids
        cut = max(0, len(plain) + around - self.maximum)
        if not cut:
            return whole.ids, 0
        self.tokenizer.enable_truncation(self.maximum)
        ids = self.tokenizer.encode(text).ids
        self.tokenizer.no_truncation()
        return ids, cut

    def embed(self, texts, prompt, dimensions):
        """The vectors of texts as arrays, with the tokens that were read and cut of each."""
        mx, before = self.mx, self.recipe.prompt(prompt)
        read = [self.encode(before + text) for text in texts]
        skipped = 0
        if before and not self.recipe.pools_prompt:
            # Without what stands after a text.
            special = self.tokenizer.encode("a").special_tokens_mask
            skipped = len(self.encode(before)[0]) - special[::-1].index(0)
        longest = max(len(ids) for ids, _ in read)
        rows = mx.array([ids + [0] * (longest - len(ids)) for ids, _ in read])
        lengths = mx.array([len(ids) for ids, _ in read])
        mask = (mx.arange(longest)[None] < lengths[:, None]).astype(mx.int32)
        output = self.states(rows, attention_mask=mask)
        states = output["last_hidden_state"] if isinstance(output, dict) else getattr(output, "last_hidden_state", None)
        states = (output[0] if states is None else states).astype(mx.float32)
        if states.ndim != 3:
            raise Refusal("mlx-embeddings gives no states of tokens for this model", "unsupported")
        vectors = self._pool(states, mask.astype(mx.float32), lengths, skipped)
        for weights, activation in self.projections:
            vectors = vectors @ weights["linear.weight"].astype(mx.float32).T + weights.get("linear.bias", 0)
            vectors = mx.tanh(vectors) if activation == "Tanh" else vectors
        if dimensions:
            vectors = vectors[:, :dimensions]
        if self.recipe.normalized:
            vectors = vectors / mx.maximum(mx.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
        mx.eval(vectors)
        return vectors, [len(ids) for ids, _ in read], [cut for _, cut in read]

    def _pool(self, states, mask, lengths, skipped):
        mx, pooling = self.mx, self.recipe.pooling
        places = mx.arange(states.shape[1])
        first = mx.minimum(skipped, lengths - 1)
        mask = mask * (places[None] >= first[:, None])
        if pooling in ("cls", "lasttoken"):
            index = first if pooling == "cls" else lengths - 1
            return mx.take_along_axis(states, index[:, None, None], axis=1)[:, 0]
        if pooling == "max":
            return mx.where(mask[:, :, None] > 0, states, -mx.inf).max(axis=1)
        weights = mask * (places + 1)[None] if pooling == "weightedmean" else mask
        total = weights.sum(axis=1, keepdims=True)
        return (states * weights[:, :, None]).sum(axis=1) / (mx.sqrt(total) if "sqrt" in pooling else total)


class Engine:
    def __init__(self):
        import mlx.core as mx
        import mlx_lm
        from mlx_lm.generate import generate_step, generation_stream, wired_limit
        from mlx_lm.models import cache
        from mlx_lm.sample_utils import make_sampler

        self.mx, self.mlx_lm, self.cache = mx, mlx_lm, cache
        self.generate_step, self.stream, self.wired_limit = generate_step, generation_stream, wired_limit
        self.make_sampler = make_sampler
        self.version = f"mlx-lm {mlx_lm.__version__}, mlx {mx.__version__}, python {platform.python_version()}"
        self.model = self.begun = self.embedder = None

    @property
    def device(self):
        kind = "gpu" if self.mx.default_device() == self.mx.gpu else "cpu"
        return f"mlx {kind} {self.mx.device_info().get('architecture', platform.machine())}"

    def load(self, request):
        # If this fails, no model may answer for files that were never loaded.
        self.model = self.embedder = None
        self.folder = Path(field(request, "model", str))
        if not (self.folder / "config.json").is_file():
            raise Refusal(f"{self.folder} is not a model folder: it has no config.json")
        self.files = sorted(self.folder.glob("model*.safetensors")) + [
            self.folder / name for name in OTHER_FILES if (self.folder / name).is_file()
        ]
        if (self.folder / MODULES).is_file():
            return self._load_embedder(request)
        self.stamps = self._stamps()
        self.model, self.tokenizer, self.config = self.mlx_lm.load(str(self.folder), return_config=True)
        text = self.config.get("text_config", self.config)
        self.vocabulary = text["vocab_size"]
        own = text.get("max_position_embeddings") or 1 << 30
        self.context = min(field(request, "context_length", int, own), own)
        self.prompt_cache, self.cached = None, []
        return {
            "instruction_set": self.device,
            "threads": 0,
            "context_length": self.context,
            "slices": True,
            "prefill_chunk": PREFILL_STEP,
            "memory": True,
            "model": self._description(),
            "chat": {
                "takes_tools": "tools" in (self.tokenizer.chat_template or ""),
                "takes_thinking": "enable_thinking" in (self.tokenizer.chat_template or ""),
            },
        }

    def _load_embedder(self, request):
        self.config = json.loads((self.folder / "config.json").read_text())
        self.files += Recipe(self.folder).files
        self.stamps = self._stamps()
        self.vocabulary = self.config["vocab_size"]
        limit = field(request, "context_length", int, 1 << 30)
        self.embedder = Embedder(self.mx, self.folder, self.config, limit)
        self.model = self.embedder.model
        return {
            "instruction_set": self.device,
            "threads": 0,
            "context_length": self.embedder.maximum,
            "engine_version": f"{self.version}, {self.embedder.version}",
            "model": self._description(),
            "embedding": self.embedder.recipe.facts(self.embedder.maximum),
        }

    def embed(self, request):
        if self.embedder is None:
            raise Refusal("the model generates text; it makes no vectors", "unsupported")
        texts = field(request, "texts", list)
        if not texts or any(not isinstance(text, str) for text in texts):
            raise Refusal("bad request: texts is empty or has an element that is no text")
        prompt = None if request.get("prompt") is None else field(request, "prompt", str)
        dimensions = None if request.get("dimensions") is None else field(request, "dimensions", int)
        if dimensions is not None and not 1 <= dimensions <= self.embedder.recipe.dimension:
            raise Refusal(f"bad request: a vector of the model has 1 to {self.embedder.recipe.dimension} dimensions")
        start = time.perf_counter_ns()
        vectors, tokens, cut = self.embedder.embed(texts, prompt, dimensions)
        elapsed = time.perf_counter_ns() - start
        # Little-endian, as on every machine that mlx runs on.
        rows = [base64.b64encode(bytes(memoryview(row))).decode() for row in vectors]
        return {
            "dimension": vectors.shape[1], "vectors": rows, "tokens": tokens, "cut_tokens": cut, "elapsed_ns": elapsed,
        }

    def _stamps(self):
        return [(str(path), path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns) for path in self.files]

    def _description(self):
        from mlx.utils import tree_flatten
        from mlx_lm.utils import get_total_parameters

        arrays = [array for _, array in tree_flatten(self.model.parameters())]
        size, count = sum(array.nbytes for array in arrays), get_total_parameters(self.model)
        quantization = self.config.get("quantization")
        lane = self.folder / "resident-lane.json"
        return {
            "architecture": (self.config.get("architectures") or [self.config["model_type"]])[0],
            "parameters": count,
            "bytes": size,
            "bits_per_weight": 8 * size / count,
            "vocabulary": self.vocabulary,
            "quantization": f"{quantization.get('mode', 'affine')} {quantization['bits']}-bit g{quantization['group_size']}"
            if quantization
            else str(arrays[0].dtype).removeprefix("mlx.core."),
            "lane": json.loads(lane.read_text()) if lane.is_file() else None,
        }

    def provenance(self, request):
        """Hashes the files in the process that loaded them, and makes sure that they have not changed since."""
        hashes, tensors = {}, {}
        for path in self.files:
            name = str(path.relative_to(self.folder))
            if path.suffix != ".safetensors" or path.parent != self.folder:
                hashes[name] = sha256(path)
                continue
            hashes[name], own = weight_hashes(path)
            if own is None or tensors is None or own.keys() & tensors.keys():
                tensors = None
            else:
                tensors |= own
        if self._stamps() != self.stamps:
            raise Refusal("the model's files have changed since they were loaded")
        weights = {"hash": canonical_hash(hashes), "files": hashes}
        if tensors:
            weights["tensors"] = canonical_hash(tensors)
        return {"weights": weights, "version": self.version}

    def tokenize(self, request):
        text = field(request, "text", str)
        if self.embedder:
            return {"tokens": self.embedder.tokenizer.encode(text, add_special_tokens=False).ids}
        return {"tokens": self.tokenizer.encode(text, add_special_tokens=False)}

    def chat(self, request):
        if not self.tokenizer.chat_template:
            raise Refusal("the model folder has no chat template")
        options = {} if request.get("thinking") is None else {"enable_thinking": field(request, "thinking", bool)}
        text = self.tokenizer.apply_chat_template(
            field(request, "messages", list), tools=request.get("tools"), add_generation_prompt=True, tokenize=False,
            **options,
        )
        return {"tokens": self.tokenizer.encode(text, add_special_tokens=False)}

    def tokens(self, request, name, more=0):
        ids = field(request, name, list)
        if not ids or any(not isinstance(id, int) or isinstance(id, bool) for id in ids):
            raise Refusal(f"bad request: {name} is empty or has an element that is no token id")
        if any(not 0 <= id < self.vocabulary for id in ids):
            raise Refusal(f"bad request: {name} has an id outside the vocabulary of {self.vocabulary} tokens")
        if len(ids) + more > self.context:
            raise Refusal(f"{len(ids) + more} tokens do not fit the context of {self.context}")
        return ids

    def _generation(self, request):
        """The members of generate and begin: the prompt, and what ends and samples its answer."""
        limit = field(request, "max_tokens", int)
        if limit < 1:
            raise Refusal("bad request: max_tokens is not a positive integer")
        if field(request, "sequences", int, 1) > 1:
            raise Refusal("the mlx engine decodes one sequence at a time", "unsupported")
        prompt = self.tokens(request, "prompt", limit)
        stops = self.tokenizer.eos_token_ids if field(request, "stop_at_end", bool, False) else ()
        seconds = field(request, "max_seconds", float, float("inf"))
        temperature, top_p = field(request, "temperature", float, 0.0), field(request, "top_p", float, 1.0)
        seed = field(request, "seed", int, 0) % (1 << 64)
        return prompt, limit, stops, seconds, self.make_sampler(temperature, top_p=top_p), seed

    def generate(self, request):
        prompt, limit, stops, seconds, sampler, seed = self._generation(request)
        mx, tokens, times, finish = self.mx, [], [], "length"
        with self.wired_limit(self.model, [self.stream]):
            start = time.perf_counter_ns()
            mx.random.seed(seed)
            cached = self._rewind(prompt) if field(request, "reuse_prefix", bool, False) else self._forget()
            steps = self.generate_step(
                mx.array(prompt[cached:]), self.model, self.stream, max_tokens=limit,
                sampler=sampler, prompt_cache=self.prompt_cache, prefill_step_size=PREFILL_STEP,
            )
            for token, _ in steps:
                now = time.perf_counter_ns() - start
                if token in stops:
                    finish = "stop"
                    break
                tokens.append(token)
                times.append(now)
                if now >= seconds * 1e9 and len(tokens) < limit:
                    finish = "time"
                    break
            steps.close()
            # The step that was begun in advance must not run on into the next request.
            mx.synchronize(self.stream)
        self.cached = prompt + tokens
        return {
            "tokens": tokens,
            "text": self.tokenizer.decode(tokens, skip_special_tokens=not request.get("keep_special_tokens", False)),
            "prompt_tokens": len(prompt),
            "cached_tokens": cached,
            "token_ns": times,
            "finish": finish,
            "mlx_peak_memory_bytes": mx.get_peak_memory(),
        }

    def begin(self, request):
        prompt, limit, stops, seconds, sampler, seed = self._generation(request)
        self.mx.random.seed(seed)
        cached = self._rewind(prompt) if field(request, "reuse_prefix", bool, False) else self._forget()
        self.begun = Begun(prompt, cached, limit, stops, seconds, sampler)
        return {"prompt_tokens": len(prompt), "cached_tokens": cached}

    def advance(self, request):
        count, begun = field(request, "tokens", int), self.begun
        if count < 1:
            raise Refusal("bad request: tokens is not a positive integer")
        if begun is None or begun.finished:
            raise Refusal("bad request: no request is under way in slices: send begin first")
        phase, work = ("prefill", self._prefill) if begun.newest is None else ("decode", self._decode)
        mx, tokens, times = self.mx, [], []
        with self.wired_limit(self.model, [self.stream]), mx.stream(self.stream):
            usage, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter_ns()

            def came(token):
                now = time.perf_counter_ns() - start
                if begun.take(token, now):
                    tokens.append(token)
                    times.append(now)

            processed = work(begun, count, came)
            mx.synchronize(self.stream)
            elapsed, used = time.perf_counter_ns() - start, resource.getrusage(resource.RUSAGE_SELF)
        begun.spent_ns += elapsed
        # A slice's end: the cache holds what was processed of the prompt, and all tokens but perhaps the newest.
        self.cached = begun.prompt[:len(begun.prompt) - len(begun.rest)] + begun.tokens
        return {
            "phase": phase,
            "processed": processed,
            "tokens": tokens,
            "token_ns": times,
            "elapsed_ns": elapsed,
            "processor_ns": round((used.ru_utime + used.ru_stime - usage.ru_utime - usage.ru_stime) * 1e9),
            "involuntary_switches": used.ru_nivcsw - usage.ru_nivcsw,
            "finished": begun.finished,
        }

    def _prefill(self, begun, count, came):
        """Processes the next tokens of the prompt. Its last one is a step of its own, as in generate_step."""
        processed = min(count, len(begun.rest))
        part, begun.rest = begun.rest[:processed], begun.rest[processed:]
        body = part if begun.rest else part[:-1]
        for first in range(0, len(body), PREFILL_STEP):
            self.model(self.mx.array(body[first:first + PREFILL_STEP])[None], cache=self.prompt_cache)
            self.mx.eval([layer.state for layer in self.prompt_cache])
            self.mx.clear_cache()
        if not begun.rest:
            begun.newest = self._step(begun, self.mx.array(part[-1:]))
            came(begun.newest.item())
        return processed

    def _decode(self, begun, count, came):
        """Decodes tokens, each begun before the last is read, as generate_step does, but none beyond the slice."""
        count, processed = min(count, begun.limit - len(begun.tokens)), 0
        following = self._step(begun, begun.newest)
        while processed < count and not begun.finished:
            begun.newest, processed = following, processed + 1
            if processed < count:
                following = self._step(begun, begun.newest)
            came(begun.newest.item())
        return processed

    def _step(self, begun, inputs):
        """Starts to compute the token after `inputs`."""
        mx = self.mx
        logits = self.model(inputs[None], cache=self.prompt_cache)[:, -1, :]
        token = begun.sampler(logits - mx.logsumexp(logits, keepdims=True))
        mx.async_eval(token)
        return token

    def _forget(self):
        self.prompt_cache, self.cached = self.cache.make_prompt_cache(self.model), []
        return 0

    def _rewind(self, prompt):
        """Keeps what the cache has in common with the prompt, except the last token; returns how many tokens stay."""
        held = self.prompt_cache[0].offset if self.prompt_cache and hasattr(self.prompt_cache[0], "offset") else 0
        common = 0
        for one, other in zip(self.cached[:held], prompt[:-1]):
            if one != other:
                break
            common += 1
        if common == 0 or (held > common and not self.cache.can_trim_prompt_cache(self.prompt_cache)):
            return self._forget()
        self.cache.trim_prompt_cache(self.prompt_cache, held - common)
        return common

    def score(self, request):
        mx = self.mx
        continuation = self.tokens(request, "continuation")
        prompt = self.tokens(request, "prompt", len(continuation))
        self._forget()
        inputs, targets = (prompt + continuation)[:-1], mx.array((prompt + continuation)[1:])
        scores = []
        for first in range(0, len(inputs), 512):
            chunk = inputs[first:first + 512]
            logits = self.model(mx.array(chunk)[None], cache=self.prompt_cache)[0].astype(mx.float32)
            wanted = mx.take_along_axis(logits, targets[first:first + len(chunk), None], axis=-1)[:, 0]
            chosen = wanted - mx.logsumexp(logits, axis=-1)
            mx.eval(chosen, [layer.state for layer in self.prompt_cache])
            scores += chosen.tolist()
        self.cached = inputs
        return {"log_probabilities": scores[len(prompt) - 1:]}

    def memory(self, request):
        # MLX does not count its buffers one by one.
        return {"active_bytes": self.mx.get_active_memory(), "cache_bytes": self.mx.get_cache_memory()}

    def answer(self, request):
        operation = field(request, "op", str)
        if operation in ("reference", "divergence"):
            raise Refusal(f"the mlx engine does not answer {operation}", "unsupported")
        if operation not in (
            "load", "provenance", "tokenize", "chat", "generate", "begin", "advance", "score", "embed", "memory",
        ):
            raise Refusal(f'bad request: the operation "{operation}" is not one of version {PROTOCOL}')
        if operation != "load" and self.model is None:
            raise Refusal("bad request: no model is loaded: send load first")
        if self.embedder and operation not in ("load", "provenance", "tokenize", "embed"):
            raise Refusal("the model makes vectors of texts; it generates and scores none", "unsupported")
        if operation in ("load", "generate", "begin", "score"):
            self.begun = None
        return getattr(self, operation)(request)


def main():
    wire = Wire()
    engine = Engine()
    wire.send({"hello": {"protocol": PROTOCOL, "engine": "mlx", "version": engine.version}})
    while True:
        answer = {"id": None}
        try:
            request = json.loads(wire.inbox.get())
            if not isinstance(request, dict):
                raise Refusal("bad request: not an object")
            answer["id"] = request.get("id")
            answer["result"] = engine.answer(request)
        except Refusal as refusal:
            answer["error"] = str(refusal)
            if refusal.status:
                answer["status"] = refusal.status
        except Exception as error:  # A failure of any library is the answer to its request.
            answer["error"] = f"{type(error).__name__}: {error}"
        wire.send(answer | {"peak_memory_bytes": peak_memory_bytes()})


if __name__ == "__main__":
    main()
