import Measurements

/// The forms of the program's sentences that may leave a machine, as its messages are written.
///
/// A sentence of another form is published as "…"; `RedactionVocabularyTests` holds these to what the program says.
enum ProgramSentences {
  static let statuses = CellStatus.allCases.map(\.rawValue)
  static let traits = WorkerConditions.Trait.allCases.map(\.rawValue)
  static let metrics = Metric.allCases.map(\.title)

  /// The sentence of a text with each value reduced; nil if the program has none of that form.
  static func form(of text: Substring) -> (form: SentenceForm, values: [Substring])? {
    for form in all {
      if let values = form.values(of: text) { return (form, values) }
    }
    return nil
  }

  private static let all: [SentenceForm] = lines.split(separator: "\n").map { SentenceForm(String($0)) }

  private static let lines = """
    \(disturbances)
    \(limits)
    \(failures)
    \(refusals)
    \(gaps)
    \(regimes)
    """

  /// Why a block is void, and what an incident was.
  private static let disturbances = """
    interrupted after {n} of {n} samples
    interrupted after {n} turns
    interrupted after {n} requests
    {n} of {n} prompt tokens were in the engine's cache, the cell declares {n}
    {n} of {n} prompt tokens were in the engine's cache, and it has to be cold
    {n} of {n} prompt tokens were in the engine's cache, and it has {n} in common with the turn before
    the {side}'s request was in another state than declared: {sentence}
    the machine slept for {n} s
    the machine slept for {n} s during block {n} of {name}
    the program stood still for {n} s
    the program stood still for {n} s during block {n} of {name}
    the worker of the {side} was stopped
    the worker of the {side} was stopped during block {n} of {name}
    the worker of the {side} and the {side} was stopped
    the worker of the {side} and the {side} was stopped during block {n} of {name}
    the wall clock moved by {n} s by the end of block {n} of {name}
    {name} answered {n} requests ({n} tokens) of a stream of {n} meanwhile
    {name} answered {n} requests ({n} tokens) of a stream of {n} meanwhile; the last failure: {sentence}
    the {side}'s repetitions differ by {n} % in {metric} ({n} and {n} tokens/s), the limit is {n} %
    the {side}'s repetitions differ by {n} % in {metric} ({n} and {n} tokens/s), the limit is {n} %; the {side}'s repetitions differ by {n} % in {metric} ({n} and {n} tokens/s), the limit is {n} %
    its round is void for {name}: {sentence}
    the {side}'s worker was replaced: {sentence}
    the machine was outside the envelope's limits: {sentences}
    {n} samples failed, the first: {sentence}
    {n} of {n} samples succeeded
    {n} of {n} samples succeeded; the first failure: {sentence}
    the server was not restarted: its load is in every round; {n} % margin
    """

  /// What the machine has to be like while it measures.
  private static let limits = """
    load average {n}, at most {n} allowed
    {n} % of processor time stolen by the hypervisor, at most {n} % allowed
    {n} MB of memory free, at least {n} MB asked for
    {n} MB of swap in use, at most {n} MB allowed
    {n} °C, at most {n} °C allowed
    on battery
    the system does not report whether it is on mains
    a fixed loop ran {n} % slower than before, at most {n} % allowed
    it needs {n} MB (weights {n} MB, cache {n} MB, scratch {n} MB), of a budget of {n} MB
    it needs {n} MB (weights {n} MB, cache {n} MB, scratch {n} MB), of a budget of {n} MB of which {n} MB are taken
    it needs {n} MB (weights {n} MB, cache {n} MB, scratch {n} MB, program {n} MB), of a budget of {n} MB
    it needs {n} MB (weights {n} MB, cache {n} MB, scratch {n} MB, program {n} MB), of a budget of {n} MB of which {n} MB are taken
    it could not be loaded within {n} MB of memory: {sentence}
    """

  /// How a request, a worker or a session ended.
  private static let failures = """
    the worker exited with status {n}
    the worker exited with status {n}; its last lines: {foreign}
    the worker was killed (signal 9; out of memory is a common cause)
    the worker was killed (signal 9; out of memory is a common cause); its last lines: {foreign}
    the worker ended by signal {n}
    the worker ended by signal {n}; its last lines: {foreign}
    the worker gave no answer to {name} within {n} s
    the worker does not keep to version {n} of the protocol: it sent {foreign}
    the worker of {name} ended and could not be started again
    bad request: {foreign}
    the model {name} could not be loaded: {sentence}
    {name} is capacity_gated: {sentence}
    {names} of {name} changed after the model was loaded: what was measured since proves nothing. The block is void and the session interrupted; start a new one without --resume
    files of {name} could not be read while they were measured, which says nothing about the model: {sentence}
    {name} is the resident already: a model is not compared with itself
    {name} has the weights of the resident {name} ({hash}), so nothing it does can differ: nothing was measured. Compare the resident with other weights, or see the noise of this machine with `resident calibrate --real`
    round {n} needs {n} tokens, the model has room for {n}
    round {n}: the limit of {n} s came after {n} tokens
    ended after {n} of {n} tokens
    the input is truncated: {n} tokens at the end of the request are more than the model reads
    the input is truncated: {n} tokens at the end of a text of the skill {name} are more than the model reads
    the input is truncated: {n} tokens at the end of the query are more than the model reads
    the input is truncated: {n} tokens at the end of the document {name} are more than the model reads
    the input is truncated: {n} tokens at the end of a text of the pair are more than the model reads
    {name} has no MLX build: its place in the library holds only {names}. {foreign}
    the chat template knows no tools, and the cell announces them by the template
    the chat template has no switch for reasoning
    no parser is known for the calls of this chat template; choose one by --parser
    """

  private static let refusals = """
    no resident was measured in the session; compare the two in one session
    it is unverified which weights the {side} {name} had loaded; use an engine that hashes them
    the weights of the {side} {name} are known by {proof}; the envelope asks for {proof}
    resident and candidate are the same weights ({hash})
    the resident ran on {name} {name} ({name}), the candidate on {name} {name} ({name}); compare on one build
    the resident ran on {name} {name} ({name}, {n} thread{s}), the candidate on {name} {name} ({name}, {n} thread{s}); compare on one build
    the resident ran on {name} {name} ({name}), the candidate on {name} {name} ({name}, {n} thread{s}); compare on one build
    the resident ran on {name} {name} ({name}, {n} thread{s}), the candidate on {name} {name} ({name}); compare on one build
    the workers differ in {trait}: {name} of the resident, {name} of the candidate; run both alike
    huge pages hold {n} % of the weights of the resident and {n} % of those of the candidate, which changes their speed; measure again
    per second of its slices the worker of the resident had {n} s of processor time, that of the candidate {n} s: something slows one side down
    the worker of the candidate died or hung in {n} round{s}, that of the resident in {n}: these are void, so that no figure holds what the candidate does then
    the session was measured under the envelope {hash}, but {hash} is stored with it
    the session names {name} as {side}, but {name} was measured
    {name} is {n} prompt + {n} decode tokens, {n} cached, concurrency {n}, but the {side} has a reading of {n} prompt + {n} decode tokens, {n} cached, concurrency {n}
    {name} has {n} scored blocks where {n} are planned
    {n} sample{s} of the {side} for {name} fit no place in the envelope
    the blocks of the earlier comparison {name} count here: {sentence}
    """

  private static let gaps = """
    the session is {state}, not complete
    the session is {state}, not complete; to be measured: {names}
    {n} sample{s} of the {side} in {name} ended as {status}: {sentence}
    {name} has {n} of {n} planned blocks
    {n} of {n} block{s} of {name} are void, a share above the limit of {n} %
    {metric} of {name} cannot be computed in {n} block{s}
    {name} has {n} scored block{s}, an interval needs 2
    {name} has unpaired items: {n} answered by the resident alone ({names}), {n} answered by the candidate alone ({names}), {n} answered by neither ({names})
    {name} has unpaired items: {n} answered by the resident alone ({names}), {n} answered by the candidate alone ({names})
    {name} has unpaired items: {n} answered by the resident alone ({names}), {n} answered by neither ({names})
    {name} has unpaired items: {n} answered by the candidate alone ({names}), {n} answered by neither ({names})
    {name} has unpaired items: {n} answered by the resident alone ({names})
    {name} has unpaired items: {n} answered by the candidate alone ({names})
    {name} has unpaired items: {n} answered by neither ({names})
    {name} has {n} text{s} whose scores are not of the same quantity, tokens and reference on both sides ({names})
    {name} has {n} item{s} without the ranks of their relevant documents on both sides ({names})
    {name} has no rank correlation: the gold scores, or the similarities of one side, are all alike
    {name} has {n} scored token{s}, an interval needs {n}
    the {side}'s stream of {name} ended after {n} request{s}
    the {side}'s stream of {name} ended after {n} request{s}, {n} are planned
    the {side}'s samples say nothing of its peak memory
    """

  /// The parts of a regime, and of what is left to be measured.
  private static let regimes = """
    live of {name}
    replay of {name}
    request
    document
    {n} round{s}
    round {n}
    {n} of {n} block{s} of {name}
    {n} of {n} item{s} of {name}
    {n} of {n} round{s} of {name}
    {n} decode tokens a turn
    at most {n} tokens a turn
    {n} tool{s} in the chat template
    {n} tool{s} in the system prompt
    {n} characters of padding
    thinking on
    thinking off
    prefix reused
    prefix computed anew
    {n} text{s} at once
    {n} request{s} a round
    concurrency {n}
    """
}
