import Envelopes
import Measurements

/// The passes of a session through an endurance cell's stream that are still to be made.
struct StreamPass {
  let cell: EnduranceCell
  let sides: [Side]
  /// The number of the first attempt that is not taken.
  let attempt: Int

  /// Of both models together, as far as it is known beforehand.
  var requests: Int { sides.count * (cell.requestCount ?? cell.cycle) }

  /// A pass that was cut is void and made again from its beginning: what a fresh worker holds says nothing of a long stream.
  static func remaining(
    _ envelope: Envelope, sides: [Side], earlier: [Sample], recorder: Recorder
  ) throws -> [StreamPass] {
    var passes: [StreamPass] = []
    for cell in envelope.endurance {
      let samples = earlier.filter { $0.place.cell == cell.id }
      let last = samples.map(\.place.block).max()
      let count = samples.count { $0.place.block == last }
      if let planned = cell.requestCount, count == sides.count * planned { continue }
      if let last {
        try recorder.void(
          BlockVoid(cell: cell.id, block: last, reason: "interrupted after \(count) requests"))
      }
      passes.append(StreamPass(cell: cell, sides: sides, attempt: (last ?? -1) + 1))
    }
    return passes
  }
}

extension MeasurementRunner {
  /// Plays each stream to every model, one model after the other. If something outside of the models disturbs a pass, it is
  /// void for all of them, and another one takes its place, once.
  func playStreams(
    _ passes: [StreamPass], _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws {
    for pass in passes {
      for attempt in pass.attempt...pass.attempt + 1 {
        await blockGuard.begin(models)
        for model in pass.sides.compactMap(models.first(of:)) {
          try await play(pass.cell, attempt: attempt, model, &recorder)
          if recorder.disturbance != nil { break }
        }
        let seen = try blockGuard.end(cell: pass.cell.id, block: attempt, recorder)
        guard let reason = recorder.takeDisturbance() ?? seen else { break }
        let isLast = attempt > pass.attempt
        // A worker that ends again is what was to be found out.
        if isLast, seen == nil { break }
        try recorder.void(BlockVoid(cell: pass.cell.id, block: attempt, reason: reason))
        report(.voided(pass.cell.id, block: attempt, reason: reason, added: isLast ? 0 : pass.requests))
      }
    }
  }

  /// Plays the stream until its end, or until a request fails otherwise than it asks for.
  private func play(
    _ cell: EnduranceCell, attempt: Int, _ model: ModelUnderTest, _ recorder: inout Recorder
  ) async throws {
    var context = StreamContext()
    var nanoseconds: Int64 = 0
    var number = 0
    while !isOver(cell, requests: number, nanoseconds) {
      for index in 0..<cell.cycle {
        guard let step = cell.step(ofRequest: index) else { continue }
        try Task.checkCancellation()
        number += 1
        let place = Sample.Place(cell: cell.id, block: attempt, repetition: 0, round: number)
        let sample = await model.request(step, context.next(step, of: cell), at: place)
        nanoseconds += sample.elapsedNanoseconds
        try await checkFiles(of: model, recorder)
        try recorder.record(sample, of: model.contender.side)
        if try await replaceWorker(of: model, &recorder) || !step.allows(sample.status) {
          return report(.skipped(max((cell.requestCount ?? number) - number, 0)))
        }
      }
    }
  }

  private func isOver(_ cell: EnduranceCell, requests: Int, _ nanoseconds: Int64) -> Bool {
    switch cell.length {
    case .requests: requests >= cell.requestCount ?? 0
    case .minutes(let minutes):
      Double(nanoseconds) >= minutes * 60e9 || requests + cell.cycle > EnduranceCell.mostRequests
    }
  }
}

extension StreamStep {
  /// More than the bytes, and so the tokens, that the context of its requests gets; zero if the step goes on with another's.
  fileprivate var ownBytes: Int {
    switch kind {
    case .reset(let text), .together(let text, _), .cancel(let text, _): text.byteCount + decodeTokens
    case .grow: 0
    case .loop(let trace, let announcement):
      ToolLoopCell(
        id: "", trace: trace, mode: .replay, announcement: announcement, maximumTokens: decodeTokens
      ).longestByteCount
    }
  }
}

extension EnduranceCell {
  /// More than the bytes of the longest context, and so more than its tokens.
  var longestByteCount: Int {
    var (longest, context) = (0, 0)
    // Twice, since a context may grow from the end of a repetition into the next.
    for step in stream + stream {
      switch step.kind {
      case .reset(let text): context = text.byteCount
      case .grow(let text): context += text.byteCount
      case .together, .cancel, .loop: break
      }
      longest = max(longest, step.ownBytes, context + step.decodeTokens)
    }
    return longest
  }

  /// The most sequences at once.
  var sequences: Int {
    stream.map { step in if case .together(_, let sequences) = step.kind { sequences } else { 1 } }.max() ?? 1
  }
}
