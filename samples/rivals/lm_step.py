#!/usr/bin/env python3
"""One training step of a small Llama in plain PyTorch, for setting beside `sae bench lm-step` of the same shape.

  python3 lm_step.py [--layers 4] [--batch 16] [--context 128] [--threads 2] [--steps 15]
  MALLOC_MMAP_MAX_=0 python3 lm_step.py        # the allocator keeps its pages: faster

Forward, backward, clipping of the gradient's norm and AdamW on random tokens, f32; prints the median tokens/s. Needs PyTorch (Debian: python3-torch).
"""
import argparse, math, statistics, time
import torch
import torch.nn as nn
import torch.nn.functional as F

p = argparse.ArgumentParser()
for name, value in dict(d_model=128, layers=4, heads=4, d_mlp=384, vocab=1037, batch=16, context=128, threads=2, steps=15).items():
    p.add_argument("--" + name.replace("_", "-"), type=int, default=value)
a = p.parse_args()
torch.set_num_threads(a.threads)
torch.manual_seed(0)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(a.d_model))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


half = a.d_model // a.heads // 2
angles = torch.outer(torch.arange(a.context).float(), 10000 ** (-torch.arange(half).float() / half))
cos, sin = angles.cos(), angles.sin()
mask = torch.full((a.context, a.context), -math.inf).triu(1)


def rotate(x):
    first, second = x[..., :half], x[..., half:]
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.n1, self.n2 = Norm(), Norm()
        self.qkv, self.out = linear(a.d_model, 3 * a.d_model), linear(a.d_model, a.d_model)
        self.gate, self.up, self.down = linear(a.d_model, a.d_mlp), linear(a.d_model, a.d_mlp), linear(a.d_mlp, a.d_model)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.n1(x)).view(b, t, 3, a.heads, d // a.heads).permute(2, 0, 3, 1, 4)
        scores = rotate(q) @ rotate(k).transpose(-1, -2) / math.sqrt(d // a.heads) + mask
        x = x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, d))
        n = self.n2(x)
        return x + self.down(F.silu(self.gate(n)) * self.up(n))


class Llama(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(a.vocab, a.d_model)
        self.blocks = nn.Sequential(*(Block() for _ in range(a.layers)))
        self.norm, self.unembed = Norm(), nn.Linear(a.d_model, a.vocab, bias=False)

    def forward(self, ids):
        return self.unembed(self.norm(self.blocks(self.embed(ids))))


model = Llama()
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
times = []
for step in range(4 + a.steps):
    ids = torch.randint(a.vocab, (a.batch, a.context + 1))
    start = time.perf_counter()
    loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    times.append(time.perf_counter() - start)
print(f"{a.batch * a.context / statistics.median(times[4:]):.0f} tokens/s, loss {loss.item():.3f}")
