import JSON
import Measurements
import ToolCalls

extension Redactor {
  func identifier<Name: Identifier>(_ name: Name) -> Name { Name(rawValue: label(name.rawValue)) }

  /// UUIDs, hashes and times stay as they are: they are computed, and nobody wrote them.
  func session(_ session: MeasurementSession) -> MeasurementSession {
    var session = session
    session.envelopeID = label(session.envelopeID)
    session.role = session.role.map(identifier)
    session.resident = session.resident.map(identifier)
    session.candidate = identifier(session.candidate)
    session.residentVersion = label(session.residentVersion)
    session.host.operatingSystem = title(session.host.operatingSystem)
    session.host.architecture = label(session.host.architecture)
    session.host.chip = title(session.host.chip)
    return session
  }

  func run(_ run: Run) -> Run {
    var run = run
    run.model = identifier(run.model)
    if case .hashed(let hash, let files, let tensors) = run.provenance {
      run.provenance = .hashed(hash, files: json(files), tensors: tensors)
    }
    run.engine = EngineBuild(
      name: label(run.engine.name), version: label(run.engine.version),
      instructionSet: label(run.engine.instructionSet), threads: run.engine.threads)
    let members = run.description.members.filter { ModelDescription.publicMembers.contains($0.name) }
    run.description = json(JSONObject(members.map { ($0.name, $0.value) }))
    return run
  }

  /// - Parameter names: Cells and items of the envelope, which is published whole.
  func sample(_ sample: Sample, names: Set<String>) -> Sample {
    var sample = sample
    if !names.contains(sample.place.cell.rawValue) { sample.place.cell = identifier(sample.place.cell) }
    if let item = sample.place.item, !names.contains(item) { sample.place.item = label(item) }
    switch sample.outcome {
    case .throughput, .similarity: break
    case .answer(var reading):
      reading.answer = answer(reading.answer)
      sample.outcome = .answer(reading)
    case .text(.logProbabilities): break
    case .text(.divergences(let values, let reference)):
      sample.outcome = .text(.divergences(values, reference: weights(reference)))
    case .turn(var turn):
      turn.judgement = turn.judgement.map(judgement)
      sample.outcome = .turn(turn)
    case .unscored(let status, let text): sample.outcome = .unscored(status, message: message(text, names: names))
    }
    return sample
  }

  /// Without the text that the model wrote and the description of its faults, which stay on the machine.
  private func judgement(_ judgement: TurnJudgement) -> TurnJudgement {
    TurnJudgement(
      parser: label(judgement.parser), failures: judgement.failures.filter { CallFailure(rawValue: $0) != nil },
      detail: "", isAnswered: judgement.isAnswered, text: Self.hash(of: judgement.text))
  }

  /// Incidents keep the program's own words and the names of cells and items. States of files stay on the machine.
  ///
  /// - Parameter names: Cells and items of the envelope.
  func context(_ context: HostContext, names: Set<String>) -> HostContext {
    HostContext(
      incidents: context.incidents.map { incident in
        Incident(
          kind: incident.kind, occurredAt: incident.occurredAt, model: incident.model.map(identifier),
          detail: message(incident.detail, names: names))
      },
      blocks: context.blocks.map { block in
        var block = block
        if !names.contains(block.cell.rawValue) { block.cell = identifier(block.cell) }
        return block
      })
  }

  /// - Parameter names: Cells and items of the envelope.
  func void(_ void: BlockVoid, names: Set<String>) -> BlockVoid {
    BlockVoid(
      cell: names.contains(void.cell.rawValue) ? void.cell : identifier(void.cell), block: void.block,
      reason: message(void.reason, names: names))
  }
}

extension Redactor {
  /// A description with all texts and names of members reduced, at any depth: hashes, formats and names stay.
  func json(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(format(text))
    case .array(let elements): .array(elements.map(json))
    case .object(let object): .object(json(object))
    case .null, .bool, .integer, .number: value
    }
  }

  func json(_ object: JSONObject) -> JSONObject {
    JSONObject(object.members.map { (label($0.name), json($0.value)) })
  }
}
