"""Writes golden.json: estimates by SciPy or by an independently derived computation.

    python3 Tests/StatisticsTests/Golden/make-golden.py > Tests/StatisticsTests/Golden/golden.json

Made with Python 3.11, NumPy 2.4.6 and SciPy 1.17.1. Each section is a list of cases {"in": [...], "out": [...]};
null stands for an infinite limit.
"""

import json
import math

import numpy as np
from scipy import optimize, special, stats

rng = np.random.default_rng(20240817)
CASES = 200
golden = {}


def number(value):
    value = float(value)
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def record(name, inputs, outputs):
    case = {"in": [number(value) for value in inputs], "out": [number(value) for value in outputs]}
    golden.setdefault(name, []).append(case)


def log_uniform(low, high):
    return math.exp(rng.uniform(math.log(low), math.log(high)))


# Distributions

for _ in range(CASES):
    a, b = log_uniform(0.05, 5000), log_uniform(0.05, 5000)
    spread = 4 * math.sqrt(a * b / (a + b + 1)) / (a + b)
    x = min(max(a / (a + b) + rng.uniform(-spread, spread), 1e-9), 1 - 1e-9)
    record("incompleteBeta", [a, b, x], [special.betainc(a, b, x)])
    a, b, p = log_uniform(0.3, 5000), log_uniform(0.3, 5000), rng.choice([rng.uniform(), log_uniform(1e-9, 0.5)])
    record("incompleteBetaInverse", [a, b, p], [special.betaincinv(a, b, p)])

    freedom = rng.choice([float(rng.integers(1, 60)), log_uniform(0.5, 1e5)])
    t = rng.standard_t(3) * 2
    record("studentTCDF", [freedom, t], [stats.t.cdf(t, freedom)])
    p = rng.choice([rng.uniform(), log_uniform(1e-9, 0.5)])
    record("studentTQuantile", [freedom, p], [stats.t.ppf(p, freedom)])

    z = rng.normal() * 4
    record("normalCDF", [z], [special.ndtr(z)])
    p = rng.choice([rng.uniform(), log_uniform(1e-200, 0.5), 1 - log_uniform(1e-12, 0.5)])
    record("normalQuantile", [p], [special.ndtri(p)])

    trials = int(log_uniform(1, 20000))
    probability = rng.uniform()
    k = int(min(max(rng.binomial(trials, probability) + rng.integers(-3, 4), 0), trials))
    binomial = stats.binom(trials, probability)
    record("binomial", [trials, probability, k], [binomial.pmf(k), binomial.cdf(k), binomial.sf(k - 1)])

    confidence = rng.choice([0.8, 0.9, 0.95, 0.99, 0.999])
    both = stats.binomtest(k, trials).proportion_ci(confidence, method="exact")
    above = stats.binomtest(k, trials, alternative="greater").proportion_ci(confidence, method="exact")
    below = stats.binomtest(k, trials, alternative="less").proportion_ci(confidence, method="exact")
    record("clopperPearson", [k, trials, confidence], [both.low, both.high, above.low, below.high])

# Descriptive

for _ in range(CASES):
    sample = np.exp(rng.normal(rng.uniform(-2, 5), rng.uniform(0.01, 1), rng.integers(2, 12))).round(6)
    probability = rng.choice([0, 1, rng.uniform()])
    location = [np.median(sample), np.quantile(sample, probability), stats.gmean(sample)]
    record("descriptive", [probability, *sample], [np.mean(sample), np.var(sample, ddof=1), *location])

# Paired log-ratios; pairs are laid out resident, candidate, resident, …


def split_mix(seed):
    mask = (1 << 64) - 1
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def index_below(stream, bound):
    while True:
        product = next(stream) * bound
        if product % (1 << 64) >= (1 << 64) % bound:
            return product >> 64


for case in range(CASES):
    n = int(rng.integers(2, 10))
    resident = np.exp(rng.normal(3, 0.5, n)).round(5)
    factor = np.exp(rng.normal(rng.uniform(-0.1, 0.1), rng.uniform(0.005, 0.2), n))
    candidate = (resident * factor).round(5)
    ratios = np.log(candidate / resident)
    confidence = rng.choice([0.8, 0.9, 0.95, 0.99])
    t = stats.ttest_rel(np.log(candidate), np.log(resident)).confidence_interval(confidence)
    stream = split_mix(case)
    means = [np.mean([ratios[index_below(stream, n)] for _ in range(n)]) for _ in range(60)]
    boot = np.exp(np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2]))
    record(
        "pairedLogRatios",
        [confidence, case, *np.column_stack([resident, candidate]).ravel()],
        [stats.gmean(candidate / resident), np.exp(t.low), np.exp(t.high), boot[0], boot[1]],
    )

# Sequential t: a mixture of noncentral t densities by quadrature, not the closed form

NODES, WEIGHTS = np.polynomial.legendre.leggauss(600)


def t_evidence(t, n, scale, side):
    """side 0: two-sided, 1: greater, -1: less."""
    low, high = (-9 * scale, 9 * scale) if side == 0 else (0, 9 * scale)
    effects = low + (high - low) * (NODES + 1) / 2
    weights = WEIGHTS * (high - low) / 2 * stats.norm.pdf(effects, scale=scale) * (1 if side == 0 else 2)
    t = -t if side < 0 else t
    return weights @ stats.nct.pdf(t, n - 1, effects * math.sqrt(n)) / stats.t.pdf(t, n - 1)


def critical_t(n, scale, alpha, side):
    excess = lambda t: math.log(t_evidence(t, n, scale, side) * alpha)
    return optimize.brentq(excess, 0, 200, xtol=1e-12, rtol=1e-14) if excess(200) > 0 else math.inf


for _ in range(CASES):
    n = int(rng.integers(2, 16))
    scale = rng.choice([0.5, 1.0, 2.0])
    alpha = rng.choice([0.01, 0.05, 0.2])
    sample = rng.normal(rng.uniform(-0.1, 0.1), log_uniform(0.01, 0.2), n).round(6)
    null = rng.choice([0, rng.uniform(-0.1, 0.1)])
    error = np.std(sample, ddof=1) / math.sqrt(n)
    t = (np.mean(sample) - null) / error
    both, single = (error * critical_t(n, scale, alpha, side) for side in (0, 1))
    # Limits beyond t = 200 are left to the closed form's own test.
    record(
        "meanSequence",
        [alpha, scale, null, *sample],
        [
            *(math.log(t_evidence(t, n, scale, side)) for side in (0, 1, -1)),
            np.mean(sample) - both,
            np.mean(sample) + both,
            np.mean(sample) - single,
            np.mean(sample) + single,
        ],
    )

# Paired answers

for _ in range(CASES):
    n = int(log_uniform(1, 3000))
    both, loss, gain, wrong = rng.multinomial(n, rng.dirichlet([5, 1, 1, 3]))
    confidence = rng.choice([0.8, 0.9, 0.95, 0.99])
    alpha = 1 - confidence
    low = lambda k, tail: 0 if k == 0 else stats.beta.ppf(tail, k, n - k + 1)
    high = lambda k, tail: 1 if k == n else stats.beta.isf(tail, k + 1, n - k)
    record(
        "pairedAnswers",
        [both, loss, gain, wrong, confidence],
        [
            stats.binomtest(gain, gain + loss).pvalue if gain + loss else 1,
            low(gain, alpha / 4) - high(loss, alpha / 4),
            high(gain, alpha / 4) - low(loss, alpha / 4),
            low(gain, alpha / 2) - high(loss, alpha / 2),
            high(gain, alpha / 2) - low(loss, alpha / 2),
        ],
    )

# Sequential accuracy difference: one gambler with predictable bets, item after item

STAKES = (np.arange(64) + 0.5) / 64


def betting(differences, null):
    weights, wealth = np.full(64, 1 / 64), 0.0
    for difference in differences:
        bet = weights @ STAKES / (1 + null)
        wealth += math.log1p(bet * (difference - null))
        weights = weights * (1 + STAKES / (1 + null) * (difference - null))
        weights /= weights.sum()
    return wealth


def betting_evidence(differences, null, side):
    up, down = betting(differences, null), betting(-differences, -null)
    return [np.logaddexp(up, down) - math.log(2), up, down][side]


def betting_limit(differences, alpha, side, bound):
    excess = lambda null: betting_evidence(differences, null, side) + math.log(alpha)
    bound *= 1 - 1e-9
    return optimize.brentq(excess, bound, np.mean(differences), xtol=1e-10) if excess(bound) > 0 else bound


for _ in range(CASES):
    n = int(log_uniform(3, 60))
    discordant = rng.uniform(0.02, 0.6)
    gain = rng.uniform() * discordant
    differences = rng.choice([-1, 0, 1], n, p=[discordant - gain, 1 - discordant, gain]).astype(float)
    alpha = rng.choice([0.01, 0.05, 0.2])
    null = rng.choice([-0.05, 0, rng.uniform(-0.5, 0.5)])
    record(
        "accuracySequence",
        [alpha, null, *differences],
        [
            *(betting_evidence(differences, null, side) for side in (0, 1, -1)),
            betting_limit(differences, alpha, 0, -1),
            betting_limit(differences, alpha, 0, 1),
            betting_limit(differences, alpha, 1, -1),
            betting_limit(differences, alpha, -1, 1),
        ],
    )

# Sample sizes: the smallest n with the wanted power, by search over the power function


def smallest(power_at, power):
    high = 2
    while power_at(high) < power:
        high *= 2
    low = high // 2 if high > 2 else 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high


for _ in range(CASES):
    power, alpha, sides = rng.uniform(0.5, 0.99), rng.choice([0.01, 0.05, 0.1]), rng.choice([1, 2])
    share = rng.uniform(0.02, 0.6)
    difference = share * rng.uniform(0.05, 1) * rng.choice([-1, 1])
    cut = stats.norm.isf(alpha / sides)

    def mcnemar_power(n):
        shift = abs(difference) * math.sqrt(n) - cut * math.sqrt(share)
        return stats.norm.cdf(shift / math.sqrt(share - difference**2)) if share > difference**2 else float(shift >= 0)

    record("sampleSizeAnswers", [difference, share, power, alpha, sides], [smallest(mcnemar_power, power)])

    effect, deviation = rng.uniform(0.005, 0.1), log_uniform(0.01, 0.2)

    def t_power(n):
        critical = stats.t.isf(alpha / sides, n - 1)
        shift = effect / deviation * math.sqrt(n)
        return 1 - special.nctdtr(n - 1, shift, critical)

    record("sampleSizeLogRatios", [effect, deviation, power, alpha, sides], [smallest(t_power, power)])

# Probability that the sequential t limit ends above a null value: the final mean is predicted by Student's t

for _ in range(CASES):
    n = int(rng.integers(2, 16))
    total = n + int(rng.integers(6, 40))
    alpha = rng.choice([0.01, 0.05, 0.2])
    sample = rng.normal(rng.uniform(0, 0.1), log_uniform(0.01, 0.2), n).round(6)
    null = rng.choice([0, rng.uniform(-0.1, 0.1)])
    deviation = np.std(sample, ddof=1)
    final = np.mean(sample) - critical_t(total, 1.0, alpha, 0) * deviation / math.sqrt(total)
    spread = deviation * math.sqrt(1 / n - 1 / total)
    record("chanceOfLower", [alpha, null, total, *sample], [stats.t.cdf((final - null) / spread, n - 1)])

# Scores of queries: the same gambler on differences between -1 and 1. What follows draws by itself, so that what is
# above stays as it is.

rng = np.random.default_rng(20261127)

for _ in range(60):
    n = int(log_uniform(3, 60))
    differences = np.clip(rng.normal(rng.uniform(-0.2, 0.2), rng.uniform(0.05, 0.8), n), -1, 1).round(3)
    differences[rng.uniform(size=n) < rng.uniform(0, 0.6)] = 0
    alpha = rng.choice([0.01, 0.05, 0.2])
    null = rng.choice([-0.05, 0, rng.uniform(-0.5, 0.5)])
    record(
        "scoreSequence",
        [alpha, null, *differences],
        [
            *(betting_evidence(differences, null, side) for side in (0, 1, -1)),
            betting_limit(differences, alpha, 0, -1),
            betting_limit(differences, alpha, 0, 1),
            betting_limit(differences, alpha, 1, -1),
            betting_limit(differences, alpha, -1, 1),
        ],
    )

# Rank correlations with many ties among the gold scores, and the jackknife of their difference by leaving out for real


def rho(one, two):
    return stats.spearmanr(one, two).statistic


for _ in range(60):
    n = int(log_uniform(8, 60))
    gold = rng.integers(0, rng.choice([4, 6, 100]), n).astype(float)
    gold[:2] = 0, 1
    resident = (gold + rng.normal(0, log_uniform(0.3, 30), n)).round(2)
    candidate = (gold + rng.normal(0, log_uniform(0.3, 30), n)).round(int(rng.choice([0, 2])))
    confidence = rng.choice([0.9, 0.95, 0.998])
    kept = [np.delete(np.arange(n), item) for item in range(n)]
    parts = np.array([rho(gold[k], candidate[k]) - rho(gold[k], resident[k]) for k in kept])
    error = math.sqrt((n - 1) / n * np.sum((parts - parts.mean()) ** 2))
    difference = rho(gold, candidate) - rho(gold, resident)
    reach = stats.t.ppf((1 + confidence) / 2, n - 1) * error
    record(
        "rankCorrelation",
        [confidence, n, *gold, *resident, *candidate],
        [
            rho(gold, resident),
            rho(gold, candidate),
            error,
            max(difference - reach, -2),
            min(difference + reach, 2),
        ],
    )

print("{")
for position, (name, cases) in enumerate(golden.items()):
    rows = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
    print(f'  "{name}": [\n{rows}\n  ]' + ("," if position + 1 < len(golden) else ""))
print("}")
