import JSON
import Measurements
import Vocabulary

extension Run {
  init(_ row: RawRow<RunColumn>) throws(DatasetError) {
    var provenance = Provenance.unverified
    if let hash: WeightsHash = try row.optionalChoice(.weightsHash) {
      provenance = .hashed(hash, files: try row.required(.weightFiles, \.object))
    }
    self.init(
      model: try row.identifier(.model), side: try row.optionalChoice(.side), provenance: provenance,
      engine: EngineBuild(
        name: try row.text(.engine), version: try row.text(.engineVersion),
        instructionSet: try row.text(.instructionSet), threads: try row.integer(.threads)),
      loadSeconds: try row.number(.load), readinessSeconds: try row.number(.readiness),
      description: try row.required(.description, \.object),
      proof: try row.optionalChoice(.proof) ?? .hashed)
  }
}
