import JSON
import Measurements

/// The memory of both models and the load of the machine while a comparison was measured.
public struct Surroundings: Sendable, Equatable {
  /// Values over time.
  public struct Series: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
      /// Seconds since the session began.
      public let seconds: Double
      /// Nil for a gap, over which no line is drawn.
      public let value: Double?
    }

    public let name: String
    public internal(set) var points: [Point]
  }

  /// Bytes that each side's worker held.
  public let memory: [Series]
  /// Whether the memory is the most that was held by then, for want of values from second to second.
  public let isPeakMemory: Bool
  /// Runnable threads in the minute before.
  public let load: [Series]

  init(_ evidence: Evidence, _ context: HostContext) {
    let start = evidence.session.startedAt
    let sides = [(Side.resident, MemoryTrace.Subject.resident), (.candidate, .candidate)]
    let traced = sides.map { side, subject in
      Series(
        name: side.rawValue,
        points: context.blocks.flatMap(\.observation.traces).filter { $0.subject == subject }
          .sorted { $0.startedAt < $1.startedAt }.flatMap { Self.points($0, since: start) })
    }
    isPeakMemory = traced.contains { $0.points.count < 2 }
    let peaks = sides.map { side, _ in
      let samples = evidence.samples(of: side).sorted { $0.startedAt < $1.startedAt }
      return Series(
        name: side.rawValue,
        points: samples.map { Series.Point(seconds: $0.startedAt - start, value: Double($0.peakMemoryBytes)) })
    }
    memory = (isPeakMemory ? peaks : traced).map(\.thinned)
    let samples = (evidence.residentSamples + evidence.candidateSamples).sorted { $0.startedAt < $1.startedAt }
    load = [
      Series(
        name: "load average",
        points: samples.map { Series.Point(seconds: $0.startedAt - start, value: $0.loadAverage) }
      ).thinned
    ]
  }

  /// One per second, and a gap at the end.
  private static func points(_ trace: MemoryTrace, since start: Double) -> [Series.Point] {
    trace.values.enumerated().map { second, bytes in
      Series.Point(seconds: trace.startedAt - start + Double(second), value: Double(bytes))
    } + [Series.Point(seconds: trace.startedAt - start + Double(trace.values.count), value: nil)]
  }

  /// For the charts of a page.
  var json: JSONValue {
    [
      "memory": .array(memory.map(\.json)), "is_peak_memory": .bool(isPeakMemory), "load": .array(load.map(\.json)),
    ]
  }
}

extension Surroundings.Series {
  private static let most = 600

  /// At most so many points: of each stretch the largest value, since peaks are what matters.
  fileprivate var thinned: Self {
    guard points.count > Self.most else { return self }
    let step = (points.count + Self.most - 1) / Self.most
    let kept = stride(from: 0, to: points.count, by: step).compactMap { start in
      points[start..<min(start + step, points.count)].max { ($0.value ?? -1) < ($1.value ?? -1) }
    }
    return Self(name: name, points: kept)
  }

  fileprivate var json: JSONValue {
    [
      "name": .string(name),
      "points": .array(points.map { [.init(($0.seconds * 10).rounded() / 10), .init($0.value)] }),
    ]
  }
}
