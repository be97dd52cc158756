import JSON
import Measurements

extension Run {
  init(_ row: RawRow<RunColumn>) throws(DatasetError) {
    var provenance = Provenance.unverified
    var proof = ProofLevel.hashed
    if let hash: WeightsHash = try row.optionalChoice(.weightsHash) {
      guard let files = try row.document(.weightFiles).object else { throw row.error("\"model_files\" is no object") }
      provenance = .hashed(hash, files: files)
      proof = try row.choice(.provenance)
    }
    guard let description = try row.document(.description).object else {
      throw row.error("\"description\" is no object")
    }
    self.init(
      model: try row.identifier(.model), side: try row.optionalChoice(.side), provenance: provenance,
      engine: EngineBuild(
        name: try row.text(.engine), version: try row.text(.engineVersion),
        instructionSet: try row.text(.instructionSet), threads: try row.integer(.threads)),
      loadSeconds: try row.number(.load), readinessSeconds: try row.number(.readiness), description: description,
      proof: proof)
  }
}
