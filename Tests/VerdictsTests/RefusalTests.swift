import JSON
import Measurements
import Testing
import Verdicts

@Suite("Refusals")
struct RefusalTests {
  private func refusals(_ change: @escaping (inout Evidence) -> Void) throws -> [String] {
    let verdict = try Fixture.verdict({ _ in }, change)
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.refusals.allSatisfy { verdict.reason.contains($0.description) })
    return verdict.refusals.map(\.code)
  }

  @Test("Unverified provenance of either side is refused", arguments: Side.allCases)
  func unverified(side: Side) throws {
    let codes = try refusals {
      if side == .resident { $0.resident.provenance = .unverified } else { $0.candidate.provenance = .unverified }
    }
    #expect(codes == ["unverified_provenance"])
  }

  @Test("Two unverified sides are two refusals, not the same weights")
  func bothUnverified() throws {
    let codes = try refusals {
      $0.resident.provenance = .unverified
      $0.candidate.provenance = .unverified
    }
    #expect(codes == ["unverified_provenance", "unverified_provenance"])
  }

  @Test("A proof that is weaker than the envelope asks for is refused, of either side", arguments: Side.allCases)
  func weakProof(side: Side) throws {
    let verdict = try Fixture.verdict({ $0.proof = .process }) { evidence in
      if side == .resident { evidence.resident.proof = .fingerprint } else { evidence.candidate.proof = .fingerprint }
    }
    #expect(verdict.refusals.map(\.code) == ["weak_proof"])
    #expect(verdict.outcome == .inconclusive)
  }

  @Test("A proof that is strong enough, or of which the envelope says nothing, promotes")
  func enoughProof() throws {
    for proof in [nil, ProofLevel.fingerprint] {
      let verdict = try Fixture.verdict({ $0.proof = proof }) { evidence in
        evidence.resident.proof = .process
        evidence.candidate.proof = .fingerprint
      }
      #expect(verdict.refusals.isEmpty)
    }
  }

  @Test("The same weights on both sides are refused")
  func sameWeights() throws {
    #expect(try refusals { $0.candidate.provenance = $0.resident.provenance } == ["same_weights"])
  }

  @Test("The same tensors from other files are refused")
  func sameTensors() throws {
    let codes = try refusals { evidence in
      evidence.resident.provenance = .hashed("a", files: JSONObject(), tensors: "t")
      evidence.candidate.provenance = .hashed("b", files: JSONObject(), tensors: "t")
    }
    #expect(codes == ["same_weights"])
  }

  @Test("Any other engine build is refused")
  func otherEngine() throws {
    #expect(try refusals { $0.candidate.engine.name = "mlx" } == ["other_engine"])
    #expect(try refusals { $0.candidate.engine.version = "1.0.1" } == ["other_engine"])
    #expect(try refusals { $0.candidate.engine.instructionSet = "avx512" } == ["other_engine"])
    #expect(try refusals { $0.resident.engine.threads = 1 } == ["other_engine"])
  }

  @Test("An envelope other than the session's is refused")
  func otherEnvelope() throws {
    let codes = try refusals {
      guard var envelope = $0.envelope.object else { return }
      envelope["description"] = "Changed after the fact."
      $0.envelope = .object(envelope)
    }
    #expect(codes == ["other_envelope"])
  }

  @Test("A run of one model alone is refused")
  func noResident() throws {
    let codes = try refusals {
      $0.session.resident = nil
      $0.residentSamples = []
    }
    #expect(codes == ["no_resident"])
  }

  @Test("A run of another model than the session names is refused")
  func otherModel() throws {
    #expect(try refusals { $0.candidate.model = "org/another" } == ["other_model"])
  }

  @Test("Readings of another length, or with other tokens cached, are refused")
  func otherRegime() throws {
    func changed(_ change: @escaping (inout ThroughputReading) -> Void) throws -> [String] {
      try refusals { evidence in
        evidence.change(.candidate, where: { $0.cell == Fixture.cell && $0.block == 2 }) { sample in
          guard var reading = sample.throughput else { return }
          change(&reading)
          sample.outcome = .throughput(reading)
        }
      }
    }
    #expect(try changed { $0.promptTokens -= 1 } == ["other_regime"])
    #expect(try changed { $0.cachedTokens = 4 } == ["other_regime"])
    #expect(try changed { _ = $0.tokenNanoseconds.popLast() } == ["other_regime"])
  }

  @Test("More blocks than the plan has are refused, unless others of them are void")
  func extraBlocks() throws {
    let add: (inout Evidence) -> Void = { evidence in
      for side in Side.allCases {
        let more = evidence.samples(of: side).filter { $0.place.item == nil && $0.place.block == 0 }.map {
          var sample = $0
          sample.place.block = 6
          return sample
        }
        evidence.set(evidence.samples(of: side) + more, side)
      }
    }
    #expect(try refusals(add) == ["extra_blocks"])
    let verdict = try Fixture.verdict({ _ in }) {
      add(&$0)
      $0.voids = [BlockVoid(cell: "chat", block: 2, reason: "interrupted")]
    }
    #expect(verdict.outcome == .promote)
  }

  @Test("Samples that fit no place in the envelope are refused")
  func stray() throws {
    let places = [
      Sample.Place(cell: "unknown", block: 0, repetition: 0), Sample.Place(cell: "chat", block: 0, repetition: 2),
      Sample.Place(cell: "chat", block: 0, repetition: 0, item: "q1"),
      Sample.Place(cell: "facts", block: 0, repetition: 0),
      Sample.Place(cell: "facts", block: 0, repetition: 0, item: "x"),
    ]
    for place in places {
      let codes = try refusals {
        $0.candidateSamples.append($0.candidateSamples[0])
        $0.candidateSamples[$0.candidateSamples.count - 1].place = place
      }
      #expect(codes == ["stray_samples"])
    }
  }
}
