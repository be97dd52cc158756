import Measurements

/// A stream of requests over which a worker's memory and its rate are watched.
public struct EnduranceCell: Sendable, Equatable {
  /// How long the stream is repeated.
  public enum Length: Sendable, Equatable {
    case requests(Int)
    /// Of answering requests; the repetition in which they pass is the last.
    case minutes(Double)
  }

  public var id: CellID
  /// The requests of one repetition, in order.
  public var stream: [StreamStep]
  public var length: Length
  /// The repetitions at the beginning that no trend is drawn through: buffers grow until the largest request has come.
  public var warmUps: Int

  /// The limit on a stream by minutes: the numbers of requests have to end somewhere.
  public static let mostRequests = 1_000_000

  public init(id: CellID, stream: [StreamStep], length: Length, warmUps: Int) {
    self.id = id
    self.stream = stream
    self.length = length
    self.warmUps = warmUps
  }

  init?(_ fields: FieldReader, traces: [Trace]) {
    if fields.schema != .rounds { fields.report("id", "is of a cell that needs schema 2") }
    let id = fields.identifier("id")
    let stream = fields.sections("stream", atLeast: 1) { StreamStep($0, traces: traces) }
    let byRequests = fields.object["requests"] != nil
    if byRequests == (fields.object["minutes"] != nil) {
      fields.report("requests", "must be there, or \"minutes\", and not both")
    }
    let length =
      byRequests
      ? fields.integer("requests", 1...Self.mostRequests).map(Length.requests)
      : fields.number("minutes", .above(0, through: 10_080)).map(Length.minutes)
    let warmUps = fields.integer("warm_ups", 1...1000, default: 2)
    guard let id, let stream, let length, let warmUps else { return nil }
    self.init(id: CellID(rawValue: id), stream: stream, length: length, warmUps: warmUps)
    if case .requests(let count) = length, count / cycle < warmUps + Self.fewestRepetitions {
      fields.report(
        "requests",
        "is \(count), of which \(warmUps) repetitions of \(Phrase.count(cycle, "request")) warm up; a trend needs"
          + " \(Self.fewestRepetitions) more, in all \((warmUps + Self.fewestRepetitions) * cycle)")
      return nil
    }
    if !stream.contains(where: \.isTimed) { fields.report("stream", "has no request whose rate can be watched") }
  }

  /// The repetitions after the warm-up that a trend needs.
  public static let fewestRepetitions = 8

  /// Requests of one repetition.
  public var cycle: Int { stream.reduce(0) { $0 + $1.requests } }

  /// Requests of the stream, whole repetitions only; nil if minutes end it.
  public var requestCount: Int? { if case .requests(let count) = length { count / cycle * cycle } else { nil } }

  /// The step of a request of a repetition.
  public func step(ofRequest index: Int) -> StreamStep? {
    var left = index
    return stream.first { step in
      left -= step.requests
      return left < 0
    }
  }

  /// The conditions of its figures, in words. Recorded in verdicts, so the words are part of a format.
  public var regime: String {
    let length =
      switch length {
      case .requests(let count): Phrase.count(count, "request")
      case .minutes(let minutes): "\(minutes.formatted()) min"
      }
    let kinds = StreamStep.Kind.names.compactMap { name -> String? in
      let count = stream.count { $0.kind.name == name }
      return count > 0 ? "\(count) \(name)" : nil
    }
    return "\(length) in repetitions of \(cycle), \(warmUps) to warm up: \(kinds.joined(separator: ", "))"
  }
}
