import JSON
import Measurements
import ToolCalls

extension Redactor {
  func identifier<Name: Identifier>(_ name: Name) -> Name { Name(rawValue: label(name.rawValue)) }

  /// UUID, hashes and times are computed, not written by anyone, and stay as they are.
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
    if case .hashed(let hash, let files) = run.provenance { run.provenance = .hashed(hash, files: json(files)) }
    run.engine = EngineBuild(
      name: label(run.engine.name), version: label(run.engine.version),
      instructionSet: label(run.engine.instructionSet), threads: run.engine.threads)
    let members = run.description.members.filter { ModelDescription.publicMembers.contains($0.name) }
    run.description = json(JSONObject(members.map { ($0.name, $0.value) }))
    return run
  }

  /// - Parameter names: What the envelope calls its cells and items, which is published with it.
  func sample(_ sample: Sample, names: Set<String>) -> Sample {
    var sample = sample
    if !names.contains(sample.place.cell.rawValue) { sample.place.cell = identifier(sample.place.cell) }
    if let item = sample.place.item, !names.contains(item) { sample.place.item = label(item) }
    switch sample.outcome {
    case .throughput: break
    case .answer(var reading):
      reading.answer = answer(reading.answer)
      sample.outcome = .answer(reading)
    case .turn(var turn):
      turn.judgement = turn.judgement.map(judgement)
      sample.outcome = .turn(turn)
    case .unscored(let status, let text): sample.outcome = .unscored(status, message: message(text))
    }
    return sample
  }

  /// What the model wrote stays here, and what was wrong with it in words.
  private func judgement(_ judgement: TurnJudgement) -> TurnJudgement {
    TurnJudgement(
      parser: label(judgement.parser), failures: judgement.failures.filter { CallFailure(rawValue: $0) != nil },
      detail: "", isAnswered: judgement.isAnswered, text: Self.hash(of: judgement.text))
  }

  /// What happened is told in the program's own words and the names of cells and items; states of files stay here.
  func surroundings(_ surroundings: Surroundings, names: Set<String>) -> Surroundings {
    Surroundings(
      incidents: surroundings.incidents.map { incident in
        Incident(
          kind: incident.kind, occurredAt: incident.occurredAt, model: incident.model.map(identifier),
          detail: message(incident.detail, names: names))
      },
      blocks: surroundings.blocks.map { block in
        var block = block
        if !names.contains(block.cell.rawValue) { block.cell = identifier(block.cell) }
        return block
      })
  }

  /// - Parameter names: What the envelope calls its cells and items.
  func void(_ void: BlockVoid, names: Set<String>) -> BlockVoid {
    BlockVoid(
      cell: names.contains(void.cell.rawValue) ? void.cell : identifier(void.cell), block: void.block,
      reason: message(void.reason))
  }
}
