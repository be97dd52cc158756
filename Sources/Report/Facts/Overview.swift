import JSON
import Measurements
import Store
import Verdicts

/// Everything that is known without reading a sample: roles, recorded verdicts, and sessions without one.
///
///     let overview = try Overview(store, registry: ["default": "org/model"])
///     print(overview.json.serialized(.pretty))
public struct Overview: Sendable, Equatable {
  /// By name.
  public let roles: [RoleFacts]
  /// By their last recorded verdicts, newest first.
  public let comparisons: [Report.Comparison]
  /// Sessions without a recorded verdict, newest first.
  public let unjudged: [UnjudgedSession]
  /// By name.
  public let envelopes: [EnvelopeFacts]
  /// What was predicted of each model on each host, beside what its newest run measured: for whoever shows it to read, since
  /// that reads samples.
  public var predictions: [HostPrediction]

  /// The comparisons as a document of standings: see ``Report/rankings``.
  let rankings: String
  /// The imports that count.
  let admission: ImportAdmission

  /// - Parameters:
  ///   - registry: The model of each role; empty if no registry was read.
  ///   - admission: The imports that count, as the registry's policy has it.
  /// - Throws: `StoreError`.
  /// - Complexity: O(*n*) in sessions and verdicts.
  public init(
    _ store: MeasurementStore, registry: [Role: ModelID] = [:], admitting admission: ImportAdmission = .none
  ) throws(StoreError) {
    self.init(
      verdicts: try store.verdicts(of: nil), sessions: try store.headings(), edits: try store.registryEdits(role: nil),
      registry: registry, admitting: admission)
  }

  /// - Parameters:
  ///   - verdicts: In the order of recording.
  ///   - sessions: Newest first.
  ///   - edits: In the order of recording.
  ///   - predictions: Newest first.
  ///   - registry: The model of each role; empty if no registry was read.
  ///   - admission: The imports that count.
  public init(
    verdicts: [VerdictRecord], sessions: [SessionHeading], edits: [RegistryEditRecord],
    predictions: [HostPrediction] = [], registry: [Role: ModelID] = [:], admitting admission: ImportAdmission = .none
  ) {
    let marks = Dictionary(sessions.map { ($0.number, $0.mark) }, uniquingKeysWith: { first, _ in first })
    let report = Report(verdicts, marks: marks)
    (self.admission, self.predictions) = (admission, predictions)
    comparisons = report.comparisons
    rankings = report.rankings
    roles = RoleFacts.all(registry: registry, edits: edits, comparisons: comparisons.filter { $0.decides(admission) })
    let judged = Set(comparisons.map(\.number))
    unjudged = sessions.filter { !judged.contains($0.number) }.map {
      UnjudgedSession($0, report.unreadable[$0.number])
    }
    let starts = Dictionary(sessions.map { ($0.number, $0.session.startedAt) }, uniquingKeysWith: { first, _ in first })
    envelopes = EnvelopeFacts.all(comparisons, starts: starts)
  }

  /// For programs.
  public var json: JSONValue {
    [
      "roles": .array(roles.map(\.json)), "comparisons": .array(comparisons.map(\.json)),
      "without_verdict": .array(unjudged.map(\.json)), "envelopes": .array(envelopes.map(\.json)),
      "predictions": .array(
        predictions.map { prediction in
          var object = prediction.reading.json.object ?? JSONObject()
          object["session"] = .integer(Int(prediction.session.rawValue))
          object["host"] = .string(prediction.host.fingerprint)
          return .object(object)
        }),
    ]
  }
}

extension Overview {
  /// The open verdicts about the holders of all roles, role by role, newest first: neither final nor rejected.
  public var openVerdicts: [OpenVerdict] {
    roles.flatMap { role in
      var seen: Set<[String]> = []
      let newest = comparisons.filter {
        $0.decides(admission) && $0.role == role.role && $0.model(.resident) == role.holder
          && $0.model(.candidate) != role.holder
          && seen.insert([$0.model(.candidate).rawValue, $0.envelope]).inserted
      }
      return newest.filter { !$0.lacks.isEmpty && $0.outcome != .reject }
        .map { OpenVerdict(role: role.role, latest: $0) }
    }
  }
}

/// A candidate that challenged a role's holder and about which more comparisons may still change the outcome.
public struct OpenVerdict: Sendable, Equatable {
  public let role: Role
  /// The newest comparison of the two under its envelope.
  public let latest: Report.Comparison

  /// For programs.
  public var json: JSONValue {
    [
      "role": .string(role.rawValue), "candidate": .string(latest.model(.candidate).rawValue),
      "envelope": .string(latest.envelope),
      "comparison": .integer(Int(latest.number.rawValue)), "outcome": .string(latest.outcome.rawValue),
      "maturity": .string(latest.maturity), "lacks": .init(latest.lacks),
    ]
  }
}

/// A session without a recorded verdict, and what it lacks for one.
public struct UnjudgedSession: Sendable, Equatable {
  public let number: SessionNumber
  public let candidate: ModelID
  /// Nil if one model was measured alone.
  public let resident: ModelID?
  public let envelope: String
  /// Seconds since 1970.
  public let startedAt: Double
  public let mark: SessionMark
  /// In words.
  public let lacks: String

  /// - Parameter problem: What is wrong with its recorded verdict, if it has one.
  init(_ heading: SessionHeading, _ problem: RecordedVerdict.Problem?) {
    let session = heading.session
    number = heading.number
    candidate = session.candidate
    resident = session.resident
    envelope = session.envelopeID
    startedAt = session.startedAt
    mark = heading.mark
    if let problem {
      lacks = "a verdict that this version reads: \(problem); `resident promote --dry-run` judges anew"
      return
    }
    lacks =
      switch (session.resident, heading.state) {
      case (nil, _): "a resident: the model was measured alone"
      case (_, .running): "its end: it is being measured, or its process died"
      case (_, .interrupted): "the rest of its blocks: `resident compare` goes on with it"
      case (_, .complete): "a verdict: `resident promote --dry-run` judges and records it"
      }
  }

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "number": .integer(Int(number.rawValue)), "candidate": .string(candidate.rawValue),
      "resident": .init(resident?.rawValue),
      "envelope": .string(envelope), "started_at_s": .init(startedAt), "lacks": .string(lacks),
      "origin": mark.origin.json, "set_aside": mark.setAside?.json ?? .null,
    ]
  }
}
