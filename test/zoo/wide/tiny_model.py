#!/usr/bin/env python3
"""Writes a model in GGUF that a server of models takes for one, a layer of zeros: tiny_model.py FILE."""

import math
import struct
import sys

WIDTH, HEADS, INNER, CONTEXT = 32, 2, 64, 128
TOKENS = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581"]
UINT32, INT32, FLOAT32, STRING, ARRAY = 4, 5, 6, 8, 9
UNKNOWN, CONTROL, BYTE, NORMAL = 2, 3, 6, 1


def text(word):
    return struct.pack("<Q", len(word.encode())) + word.encode()


def value(kind, what):
    return text(what) if kind == STRING else struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f"}[kind], what)


def setting(name, kind, what):
    return text(name) + struct.pack("<I", kind) + value(kind, what)


def settings(name, kind, values):
    return text(name) + struct.pack("<IIQ", ARRAY, kind, len(values)) + b"".join(value(kind, each) for each in values)


def tensors():
    square, layer = [WIDTH, WIDTH], "blk.0."
    return {"token_embd": [WIDTH, len(TOKENS)], "output_norm": [WIDTH], "output": [WIDTH, len(TOKENS)],
            **{layer + name: square for name in ("attn_q", "attn_k", "attn_v", "attn_output")},
            layer + "attn_norm": [WIDTH], layer + "ffn_norm": [WIDTH],
            layer + "ffn_gate": [WIDTH, INNER], layer + "ffn_up": [WIDTH, INNER], layer + "ffn_down": [INNER, WIDTH]}


def model():
    head = [setting("general.architecture", STRING, "llama"), setting("general.name", STRING, "ada"),
            *(setting(f"llama.{name}", UINT32, number) for name, number in (
                ("context_length", CONTEXT), ("embedding_length", WIDTH), ("block_count", 1), ("feed_forward_length", INNER),
                ("attention.head_count", HEADS), ("attention.head_count_kv", HEADS), ("rope.dimension_count", WIDTH // HEADS),
                ("vocab_size", len(TOKENS)))),
            setting("llama.attention.layer_norm_rms_epsilon", FLOAT32, 1e-5),
            setting("tokenizer.ggml.model", STRING, "llama"), settings("tokenizer.ggml.tokens", STRING, TOKENS),
            settings("tokenizer.ggml.scores", FLOAT32, [0.0] * len(TOKENS)),
            settings("tokenizer.ggml.token_type", INT32, [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256, NORMAL])]
    listed, offset = b"", 0
    for name, shape in tensors().items():
        listed += text(f"{name}.weight") + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset)
        offset += 4 * math.prod(shape)
    written = b"GGUF" + struct.pack("<IQQ", 3, len(tensors()), len(head)) + b"".join(head) + listed
    return written + bytes(-len(written) % 32 + offset)


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(model())
