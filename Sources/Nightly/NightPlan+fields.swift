import Envelopes
import Foundation
import JSON
import Measurements
import Platform
import Runner

extension NightPlan {
  /// Reads the members of a plan; nil if it cannot be made, with the reasons among the problems.
  init?(source: JSONValue, folder: URL, _ problems: ProblemList) {
    guard let object = source.object else {
      problems.report("", "the file must be an object, not \(source.kind)")
      return nil
    }
    let fields = FieldReader(object, problems: problems)
    let schema = fields.integer("schema", Self.schemaVersion...Self.schemaVersion)
    let id = fields.identifier("id")
    let roles = fields.words("roles", atLeast: 1)
    let candidates = fields.words("candidates", atLeast: 0)
    let envelopes = fields.words("envelopes", atLeast: 1).flatMap { Self.envelopes($0, folder, fields) }
    let environments = Self.environments(fields)
    let budget = fields.section("budget", Budget.init)
    let limits = fields.optional("watchdog") == nil ? PhaseLimits() : fields.section("watchdog", PhaseLimits.init)
    let sentinel = fields.bool("sentinel", default: true)
    let threads = fields.optional("threads") == nil ? nil : fields.integer("threads", 1...1024)
    let load = Self.load(fields, folder)
    let hasEndurance = fields.optional("endurance") != nil
    let endurance = hasEndurance ? Self.endurance(fields, folder) : nil
    if let environments, environments.contains(.underLoad), fields.object["load"] == nil {
      fields.report("load", "is missing; the class under-load needs a recorded stream of requests")
    }
    fields.reportUnknownKeys()
    guard schema != nil, let id, let roles, let candidates, let envelopes, let environments, let budget, let limits,
      let sentinel, let load, hasEndurance == (endurance != nil)
    else { return nil }
    self.init(
      id: id, roles: roles.map(Role.init(rawValue:)), candidates: candidates.map(ModelID.init(rawValue:)),
      envelopes: envelopes, environments: environments, budget: budget, limits: limits, hasSentinel: sentinel,
      threads: threads, load: load, endurance: endurance)
  }

  /// The envelope of weekly streams.
  private static func endurance(_ fields: FieldReader, _ folder: URL) -> Envelope? {
    guard let path = fields.text("endurance") else { return nil }
    do throws(EnvelopeError) {
      let envelope = try Envelope(contentsOf: URL(fileURLWithPath: path, relativeTo: folder))
      if envelope.endurance.isEmpty { fields.report("endurance", "is an envelope without endurance cells") }
      return envelope
    } catch {
      fields.problems.report("endurance", "\(error)")
      return nil
    }
  }

  private static func environments(_ fields: FieldReader) -> [EnvironmentClass]? {
    guard fields.optional("environments") != nil else { return [.isolated] }
    guard let names = fields.words("environments", atLeast: 1) else { return nil }
    for name in names where EnvironmentClass(rawValue: name) == nil {
      fields.report(
        "environments",
        "has \"\(name)\", which is none of \(EnvironmentClass.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return names.compactMap(EnvironmentClass.init(rawValue:))
  }

  private static func envelopes(_ paths: [String], _ folder: URL, _ fields: FieldReader) -> [Envelope]? {
    let envelopes = paths.enumerated().map { index, path -> Envelope? in
      do throws(EnvelopeError) {
        return try Envelope(contentsOf: URL(fileURLWithPath: path, relativeTo: folder))
      } catch {
        fields.problems.report("envelopes[\(index)]", "\(error)")
        return nil
      }
    }
    return envelopes.contains { $0 == nil } ? nil : envelopes.compactMap(\.self)
  }

  /// A file of JSON lines, each `{"at_seconds": 0, "prompt": "…", "max_tokens": 64}`.
  private static func load(_ fields: FieldReader, _ folder: URL) -> [BackgroundLoad.Request]? {
    guard fields.optional("load") != nil else { return [] }
    guard let path = fields.section("load", { $0.text("stream") }) else { return nil }
    let file = URL(fileURLWithPath: path, relativeTo: folder)
    guard let data = try? RegularFile.read(file.path) else {
      fields.problems.report("load.stream", "there is no file \(file.path) that can be read")
      return nil
    }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    let requests = lines.compactMap { line -> BackgroundLoad.Request? in
      guard let json = try? JSONValue(parsing: String(line)), let at = json["at_seconds"]?.number, at >= 0,
        at < 86_400, let prompt = json["prompt"]?.string, !prompt.isEmpty,
        let tokens = json["max_tokens"]?.integer, (1...100_000).contains(tokens)
      else { return nil }
      return BackgroundLoad.Request(at: at, prompt: prompt, maximumTokens: tokens)
    }
    guard !requests.isEmpty, requests.count == lines.count else {
      fields.problems.report(
        "load.stream",
        "each line must be like {\"at_seconds\": 0, \"prompt\": \"…\", \"max_tokens\": 64}; "
          + "\(lines.count - requests.count) of \(lines.count) are not")
      return nil
    }
    return requests.sorted { $0.at < $1.at }
  }
}

extension NightPlan.Budget {
  fileprivate init?(_ fields: FieldReader) {
    guard let minutes = fields.number("minutes", .above(0, through: 1440)) else { return nil }
    func bytes(_ key: String) -> Int? {
      fields.optional(key) == nil ? nil : fields.integer(key, 1...(1 << 50))
    }
    self.init(
      minutes: minutes, memoryBytes: bytes("memory_bytes"), workerMemoryBytes: bytes("worker_memory_bytes"))
  }
}

extension PhaseLimits {
  fileprivate init?(_ fields: FieldReader) {
    let fallback = PhaseLimits()
    func seconds(_ key: String, _ value: Double) -> Double? {
      fields.number(key, .above(0, through: 86_400), default: value)
    }
    guard let load = seconds("load_seconds", fallback.load), let prefill = seconds("prefill_seconds", fallback.prefill),
      let decode = seconds("decode_seconds", fallback.decode),
      let scoring = seconds("scoring_seconds", fallback.scoring)
    else { return nil }
    self.init(load: load, prefill: prefill, decode: decode, scoring: scoring)
  }
}
