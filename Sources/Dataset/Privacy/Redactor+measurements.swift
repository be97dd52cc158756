import JSON
import Measurements
import Vocabulary

extension Redactor {
  /// Strings and names of members without names, paths and addresses, at any depth.
  func json(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(withoutPaths(text))
    case .array(let elements): .array(elements.map(json))
    case .object(let object): .object(json(object))
    case .null, .bool, .integer, .number: value
    }
  }

  func json(_ object: JSONObject) -> JSONObject {
    JSONObject(object.members.map { (withoutPaths($0.name), json($0.value)) })
  }

  func identifier<Name: Identifier>(_ name: Name) -> Name { Name(rawValue: withoutPaths(name.rawValue)) }

  /// UUID, hashes and times are computed, not written by anyone, and stay as they are.
  func session(_ session: MeasurementSession) -> MeasurementSession {
    var session = session
    session.envelopeID = withoutPaths(session.envelopeID)
    session.role = session.role.map(identifier)
    session.resident = session.resident.map(identifier)
    session.candidate = identifier(session.candidate)
    session.residentVersion = withoutPaths(session.residentVersion)
    session.host.operatingSystem = withoutPaths(session.host.operatingSystem)
    session.host.architecture = withoutPaths(session.host.architecture)
    session.host.chip = withoutPaths(session.host.chip)
    return session
  }

  func run(_ run: Run) -> Run {
    var run = run
    run.model = identifier(run.model)
    if case .hashed(let hash, let files) = run.provenance { run.provenance = .hashed(hash, files: json(files)) }
    run.engine = EngineBuild(
      name: withoutPaths(run.engine.name), version: withoutPaths(run.engine.version),
      instructionSet: withoutPaths(run.engine.instructionSet), threads: run.engine.threads)
    let members = run.description.members.filter { ModelDescription.publicMembers.contains($0.name) }
    run.description = json(JSONObject(members.map { ($0.name, $0.value) }))
    return run
  }

  func sample(_ sample: Sample) -> Sample {
    var sample = sample
    sample.place.cell = identifier(sample.place.cell)
    sample.place.item = sample.place.item.map(withoutPaths)
    switch sample.outcome {
    case .throughput: break
    case .answer(var reading):
      reading.answer = withoutNames(reading.answer)
      sample.outcome = .answer(reading)
    case .turn(var turn):
      if var judgement = turn.judgement {
        judgement.text = withoutNames(judgement.text)
        judgement.detail = withoutNames(judgement.detail)
        turn.judgement = judgement
      }
      sample.outcome = .turn(turn)
    case .unscored(let status, let message): sample.outcome = .unscored(status, message: freeText(message))
    }
    return sample
  }

  func void(_ void: BlockVoid) -> BlockVoid {
    BlockVoid(cell: identifier(void.cell), block: void.block, reason: freeText(void.reason))
  }
}
