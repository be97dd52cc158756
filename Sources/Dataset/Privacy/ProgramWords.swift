/// The words that the program's own messages are made of: all that a published message may consist of, beside numbers.
enum ProgramWords {
  static let all: Set<String> = Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))

  private static let text = """
    a aborted about above actions adds after again all allows alone alpha already among an and announces another
    answer answered answers anything applicable are array as at average be because become beside better block blocks
    bounds broken build but by bytes cached calls came candidate candidates cannot capacity cause cell challenge
    changed chat choose commands common compare compared comparison complete computed concurrency confidence content
    could counts data decided decode did differ each effects ended engine envelope estimate every evidence exited
    failed fewer final finds first fit fixed-sample flips for from gated gave gib gives guardrail guardrails had has
    hashes hold however hundred ids impossible in inconclusive integer interrupted interval intervals is it item
    items its itself joined killed kind known knows lacks lags last leads leaves less like limit line lines load
    loaded look looked loop make many max mcnemar measured measuring memory message messages mib million missing
    model models more most ms name names nats needed needs new no none not nothing number object objective
    objectives of often on one open operation or others out p parser passed peak place plan planned positive pp
    promote prompt provisional ran read reading reasoning reference refused reject repetition repetitions request
    resident result right role room round rounds run s same sample samples say scored send separator session set
    share show shown shows side signal single so something soon source start started status stays stored string
    success switch template text than that the them there these they this those throughput time times title to token
    tokens too tool tools tries turn turns two under unlikely unpaired unresolved unsupported unverified use valid
    verdict version void was weights were where which who win with within without won worker workflow would wrong
    """
}
