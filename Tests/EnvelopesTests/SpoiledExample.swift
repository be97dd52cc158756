import JSON
import Testing

/// The example with one member spoiled, and what the validator must report.
struct SpoiledExample: Sendable, CustomTestStringConvertible {
  let path: String
  /// Nil to remove the member.
  let value: JSONValue?
  let problems: [String]

  init(_ path: String, _ value: JSONValue?, _ problems: String...) {
    self.path = path
    self.value = value
    self.problems = problems
  }

  var testDescription: String { "\(path) = \(value?.serialized() ?? "nothing")" }

  static let all = head + throughput + accuracy + items + plan + promotion + maturity
}

extension SpoiledExample {
  private static let head = [
    Self("schema", nil, "schema: is missing; it must be 1 or 2, the schema versions that this program reads"),
    Self("id", "", "id: must be 1 to 64 letters, digits, \"-\", \"_\" and \".\", not the string \"\""),
    Self("id", "../up", "id: must be 1 to 64 letters, digits, \"-\", \"_\" and \".\", not the string \"../up\""),
    Self("version", 1.0, "version: must be an integer from 1 to 1000000, not 1.0"),
    Self("description", " ", "description: must be a string that is not blank, not the string \" \""),
    Self("sampling", [], "sampling: must be an object, not an array"),
    Self("sampling.temperature", 3, "sampling.temperature: must be a number at least 0.0 and at most 2.0, not 3"),
    Self("sampling.top_p", 0, "sampling.top_p: must be a number above 0.0 and at most 1.0, not 0"),
    Self("sampling.top_k", 40, "sampling.top_k: is an unknown key; known here: temperature, top_p, seed"),
    Self("tool_loops", [:], "tool_loops: must be an array, not an object"),
    Self("tool_loops", nil),
    Self(
      "Plan", [:],
      "Plan: is an unknown key; known here: schema, id, version, description, origin, sampling, throughput, "
        + "accuracy, tool_sets, traces, tool_loops, endurance, embedding, plan, promotion, environment"),
  ]

  private static let throughput = [
    Self(
      "throughput", nil, "throughput: is missing; it must be an array",
      "promotion.objectives[0].cell: there is no throughput cell \"short\"; there is none",
      "promotion.guardrails[1].cell: there is no throughput cell \"long\"; there is none"),
    Self(
      "throughput.1", 5, "throughput[1]: must be an object, not a number",
      "promotion.guardrails[1].cell: there is no throughput cell \"long\"; known: short"),
    Self("throughput.0.text", "", "throughput[0].text: must be a string that is not blank, not the string \"\""),
    Self(
      "throughput.0.prompt_tokens", nil,
      "throughput[0].prompt_tokens: is missing; it must be an integer from 1 to 1048576"),
    Self(
      "throughput.0.decode_tokens", "32",
      "throughput[0].decode_tokens: must be an integer from 1 to 131072, not the string \"32\""),
    Self("throughput.0.concurrency", 65, "throughput[0].concurrency: must be an integer from 1 to 64, not 65"),
  ]

  private static let accuracy = [
    Self("accuracy.2.id", "short", "accuracy[2].id: \"short\" is at throughput[0].id already"),
    Self("accuracy.2.id", "gap", "accuracy[2].id: \"gap\" is at accuracy[1].id already"),
    Self(
      "accuracy.2.kind", "essay",
      "accuracy[2].kind: must be one of multiple_choice, exact_match, number, instructions, cloze, perplexity, divergence, routing, retrieval, similarity, not the string \"essay\"",
      "accuracy[2].items[0].answer: is missing; it must be an integer from 0 to 1"),
    Self("accuracy.0.chat", "yes", "accuracy[0].chat: must be true or false, not the string \"yes\""),
    Self("accuracy.2.max_tokens", 0, "accuracy[2].max_tokens: must be an integer from 1 to 8192, not 0"),
    Self("accuracy.0.items", [], "accuracy[0].items: needs at least 1 element but has 0"),
    Self("accuracy.0.items.1.id", "c1", "accuracy[0].items[1]: \"c1\" is at accuracy[0].items[0] already"),
  ]

  private static let items = [
    Self(
      "accuracy.0.items.0.prompt", "The sky is ",
      "accuracy[0].items[0].prompt: must not end in white space: each option brings its own"),
    Self("accuracy.0.items.0.options", ["blue"], "accuracy[0].items[0].options: needs at least 2 elements but has 1"),
    Self("accuracy.2.items.0.options", [], "accuracy[2].items[0].options: needs at least 1 element but has 0"),
    Self(
      "accuracy.0.items.0.options.1", "blue",
      "accuracy[0].items[0].options[1]: \"blue\" is at accuracy[0].items[0].options[0] already"),
    Self(
      "accuracy.0.items.0.options.1", " square",
      "accuracy[0].items[0].options[1]: must be a string that is not empty, without white space at its ends"),
    Self(
      "accuracy.0.items.0.options.1", 2,
      "accuracy[0].items[0].options[1]: must be a string that is not empty, without white space at its ends"),
    Self("accuracy.0.items.1.answer", 3, "accuracy[0].items[1].answer: must be an integer from 0 to 2, not 3"),
    Self(
      "accuracy.0.items.1.answer", nil,
      "accuracy[0].items[1].answer: is missing; it must be an integer from 0 to 2"),
    Self("accuracy.2.items.0.answer", 1, "accuracy[2].items[0].answer: must be 0, not 1"),
    Self(
      "accuracy.1.items.0.prompt", "She home.",
      "accuracy[1].items[0].prompt: must have exactly one gap, written ___, but has 0 of three underscores or more"),
    Self(
      "accuracy.1.items.0.prompt", "She ___ and ___ home.",
      "accuracy[1].items[0].prompt: must have exactly one gap, written ___, but has 2 of three underscores or more"),
    Self(
      "accuracy.1.items.0.prompt", "She ____ home.",
      "accuracy[1].items[0].prompt: must have exactly one gap, written ___, but has 1 of three underscores or more"),
    Self(
      "accuracy.1.items.0.prompt", " ___ goes home.",
      "accuracy[1].items[0].prompt: must have text before the gap: a model can't score the first token of all"),
  ]

  private static let plan = [
    Self("plan", nil, "plan: is missing; it must be an object"),
    Self("plan.blocks", 0, "plan.blocks: must be an integer from 1 to 10000, not 0"),
    Self("plan.warm_ups", 101, "plan.warm_ups: must be an integer from 0 to 100, not 101"),
    Self("plan.order_seed", 1e300, "plan.order_seed: must be an integer from 0 to 9007199254740991, not 1e+300"),
    Self("plan.divergence_limit", 0, "plan.divergence_limit: must be a number above 0.0 and at most 1.0, not 0"),
    Self("plan.void_limit", 1, "plan.void_limit: must be a number at least 0.0 and below 1.0, not 1"),
    Self("plan.void_limit", nil, "plan.void_limit: is missing; it must be a number at least 0.0 and below 1.0"),
  ]

  private static let promotion = [
    Self("promotion.confidence", 95, "promotion.confidence: must be a number at least 0.5 and below 1.0, not 95"),
    Self("promotion.objectives", [], "promotion.objectives: needs at least 1 element but has 0"),
    Self(
      "promotion.objectives.0.metric", "speed",
      "promotion.objectives[0].metric: must be one of cumulative_tokens_per_second, decode_tokens_per_second, "
        + "prefill_tokens_per_second, first_token_latency_ms, inter_token_p95_ms, accuracy, "
        + "valid_tool_call_rate, answered_share, turn_latency_p50_ms, turn_latency_p95_ms, turn_first_token_ms, "
        + "loop_tokens_per_second, cached_prefix_tokens, none_accuracy, top_3_accuracy, ndcg_at_10, recall_at_k, "
        + "spearman_correlation, embed_latency_p50_ms, embed_latency_p95_ms, embedded_texts_per_second, perplexity, kl_divergence_nats, not the string \"speed\""
    ),
    Self(
      "promotion.objectives.0.metric", "accuracy",
      "promotion.objectives[0].cell: accuracy is measured by accuracy tasks, and \"short\" is none; "
        + "known: choice, exact, gap"),
    Self(
      "promotion.objectives.0.cell", "choice",
      "promotion.objectives[0].cell: cumulative_tokens_per_second is measured by throughput cells, and \"choice\" "
        + "is none; known: long, short"),
    Self(
      "promotion.objectives.0.cell", "shorter",
      "promotion.objectives[0].cell: there is no throughput cell \"shorter\"; known: long, short"),
    Self(
      "promotion.objectives.0.cell", nil,
      "promotion.objectives[0].cell: is missing; it must be 1 to 64 letters, digits, \"-\", \"_\" and \".\""),
    Self(
      "promotion.guardrails.0.margin", 0,
      "promotion.guardrails[0].margin: must be a number above 0.0 and below 1.0, not 0"),
    Self(
      "promotion.guardrails.3.cell", "short",
      "promotion.guardrails[3].cell: must be absent: peak_memory_bytes is of the whole run"),
    Self(
      "promotion.guardrails.1", ["metric": "accuracy", "cell": "choice", "margin": 0.2],
      "promotion.guardrails[1]: \"accuracy of choice\" is at promotion.guardrails[0] already"),
    Self("promotion.guardrails", []),
  ]

  private static let maturity = [
    Self(
      "promotion.maturity.comparisons", 0,
      "promotion.maturity.comparisons: must be an integer from 1 to 1000, not 0"),
    Self(
      "promotion.maturity.days_between", -1,
      "promotion.maturity.days_between: must be a number at least 0.0 and at most 365.0, not -1"),
    Self(
      "promotion.maturity.allow_provisional", nil,
      "promotion.maturity.allow_provisional: is missing; it must be true or false"),
  ]
}
