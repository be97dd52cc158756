/// The words that the program's own messages are made of: all that a published message may consist of, beside numbers.
enum ProgramWords {
  static let all: Set<String> = Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))

  private static let text = """
    a aborted about above accuracy actions adds after again all allowed allows alone alpha already among an and
    announces another answer answered answers anything applicable are array as asked at average battery be because
    become beside better block blocks bounds broken build but by bytes cached calls came candidate candidates cannot
    capacity cause cell challenge changed chat choose clock commands common compare compared comparison complete
    computed concurrency confidence content could counts data decided decode did died differ during each effects end
    ended engine envelope estimate every evidence exited failed failure fewer file files final finds first fit
    fixed-sample flips for free from gated gave gb gib gives guardrail guardrails had has hashes hold however hundred
    hung hypervisor ids impossible in inconclusive integer interrupted interval intervals is it item items its itself
    joined kb killed kind known knows lacks lags last leads least leaves less like limit limits line lines load loaded
    look looked loop machine mains make many max mb mcnemar meanwhile measured measuring memory message messages mib
    million missing model models more most moved ms name names nats nats/token needed needs new no none not nothing
    number object objective objectives of often on one open operation or others out outside p parser passed peak place
    plan planned positive pp processor program promote prompt provisional ran read reading reasoning reference refused
    reject repetition repetitions replaced request requests resident result right role room round rounds run running s
    same sample samples say scored seconds send separator session set share show shown shows side signal single slept
    slow slower so something soon source start started status stays still stolen stood stopped stored stream string
    success swap switch system tb tell temperature template text than that the them there these they this those
    throughput time times title to token tokens tokens/s too tool tools tries turn turns two under unlikely unpaired
    unresolved unsupported unverified up use valid verdict version void wall was weights were where which while who
    win with within without won worker workflow would wrong
    """
}
