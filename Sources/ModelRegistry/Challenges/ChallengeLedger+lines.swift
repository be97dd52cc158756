import JSON
import Measurements

extension ChallengeLedger {
  static let lineFeed = UInt8(ascii: "\n")

  /// Reads a ledger from a file's bytes.
  init(parsing bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    self.init()
    var lines = bytes.split(separator: Self.lineFeed, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var sessions: Set<String> = []
    for (index, line) in lines.enumerated() {
      let record = try LedgerLine(bytes: line, number: index + 1).record()
      guard sessions.insert(record.session).inserted else {
        throw .ledger(line: index + 1, problem: "repeats the session \(record.session)")
      }
      records.append(record)
    }
  }
}

extension ChallengeRecord {
  /// The record as a line of the ledger.
  var json: JSONValue {
    var object = JSONObject([
      ("challenge", .integer(number)), ("session", .string(session)), ("host", .string(host)),
      ("envelope", .string(envelope.rawValue)), ("resident", resident.json), ("candidate", candidate.json),
      ("recorded_at", .number(recordedAt)),
    ])
    if opener != session { object["continues"] = .string(opener) }
    if isImported { object["imported"] = true }
    return .object(object)
  }
}

extension ChallengeRecord.Contender {
  fileprivate var json: JSONValue {
    var object = JSONObject([("model", .string(model.rawValue)), ("weights", .string(weights.rawValue))])
    if let tensors { object["tensors"] = .string(tensors.rawValue) }
    return .object(object)
  }
}

/// A line of the ledger, read member by member; other members are errors, as in the policy.
private struct LedgerLine {
  let bytes: ArraySlice<UInt8>
  /// From 1.
  let number: Int

  private static let members: Set<String> = [
    "challenge", "session", "host", "envelope", "resident", "candidate", "recorded_at", "continues", "imported",
  ]
  private static let contenderMembers: Set<String> = ["model", "weights", "tensors"]

  func record() throws(RegistryError.ContentProblem) -> ChallengeRecord {
    let root: JSONValue
    do throws(JSONError) { root = try JSONValue(parsing: bytes) } catch { throw problem("is not JSON") }
    let object = try self.object(root, "", Self.members)
    guard let challenge = object["challenge"]?.integer, 1...ChallengeLedger.highestNumber ~= challenge else {
      throw problem("has no challenge from 1 to \(ChallengeLedger.highestNumber)")
    }
    guard let time = object["recorded_at"]?.number, time.isFinite else { throw problem("has no time") }
    guard let isImported = (object["imported"] ?? false).bool else { throw problem("has \"imported\" of another kind") }
    return ChallengeRecord(
      number: challenge, session: try text("session", in: object),
      opener: object["continues"] == nil ? nil : try text("continues", in: object),
      host: try text("host", in: object), envelope: EnvelopeHash(rawValue: try text("envelope", in: object)),
      resident: try contender("resident", in: object), candidate: try contender("candidate", in: object),
      recordedAt: time, isImported: isImported)
  }

  private func contender(
    _ name: String, in object: JSONObject
  ) throws(RegistryError.ContentProblem) -> ChallengeRecord.Contender {
    let members = try self.object(object[name] ?? .null, "\(name).", Self.contenderMembers)
    return ChallengeRecord.Contender(
      model: ModelID(rawValue: try text("model", in: members)),
      weights: WeightsHash(rawValue: try text("weights", in: members)),
      tensors: members["tensors"] == nil ? nil : TensorsHash(rawValue: try text("tensors", in: members)))
  }

  private func object(
    _ value: JSONValue, _ path: String, _ known: Set<String>
  ) throws(RegistryError.ContentProblem) -> JSONObject {
    guard let object = value.object else { throw problem("has no object \(path.isEmpty ? "at all" : path)") }
    if let other = object.names.first(where: { !known.contains($0) }) {
      throw problem("has an unknown member \"\(path)\(other)\"")
    }
    return object
  }

  private func text(_ name: String, in object: JSONObject) throws(RegistryError.ContentProblem) -> String {
    guard let text = object[name]?.string, !text.isEmpty else { throw problem("has no text \"\(name)\"") }
    return text
  }

  private func problem(_ text: String) -> RegistryError.ContentProblem { .ledger(line: number, problem: text) }
}
