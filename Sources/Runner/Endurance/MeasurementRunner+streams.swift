import Envelopes
import Measurements
import Verdicts

/// The passes of a session through an endurance cell's stream that are still to be made.
struct StreamPass {
  let cell: EnduranceCell
  let sides: [Side]
  /// The numbers that its attempts may have: two, of which the second is for one that was disturbed.
  let attempts: Range<Int>

  /// Of both models together, as far as it is known beforehand.
  var requests: Int { sides.count * (cell.requestCount ?? cell.cycle) }

  private static let interrupted = "interrupted after"

  /// A pass that was cut is void and made again from its beginning: what a fresh worker holds says nothing of a long stream.
  /// One that came to its end stays, be it that a model failed in it.
  static func remaining(
    _ envelope: Envelope, sides: [Side], start: SessionStart, recorder: Recorder
  ) throws -> [StreamPass] {
    var passes: [StreamPass] = []
    for cell in envelope.endurance {
      let voids = start.voids.filter { $0.cell == cell.id }
      let samples = start.samples.filter { $0.place.cell == cell.id }
      var attemptsLeft = 2 - voids.count { !$0.reason.hasPrefix(interrupted) }
      let last = samples.map(\.place.block).max()
      if let last, !voids.contains(where: { $0.block == last }) {
        let requests = samples.filter { $0.place.block == last }
        if isOver(requests, of: cell, sides, isRepeated: attemptsLeft == 1) {
          attemptsLeft = 0
        } else {
          try recorder.void(
            BlockVoid(cell: cell.id, block: last, reason: "\(interrupted) \(requests.count) requests"))
        }
      }
      guard attemptsLeft > 0 else { continue }
      let next = (last ?? -1) + 1
      passes.append(StreamPass(cell: cell, sides: sides, attempts: next..<next + attemptsLeft))
    }
    return passes
  }

  /// Whether each model came to the end of the stream, or of what it could answer of it.
  ///
  /// - Parameters:
  ///   - requests: Of one attempt in their order: the models play one after the other, each from the first request.
  ///   - isRepeated: Whether it is the last attempt: in another one a failure is owed a repetition.
  private static func isOver(
    _ requests: [Sample], of cell: EnduranceCell, _ sides: [Side], isRepeated: Bool
  ) -> Bool {
    let streams = requests.reduce(into: [[Sample]]()) { streams, sample in
      if sample.place.round == 1 || streams.isEmpty { streams.append([]) }
      streams[streams.count - 1].append(sample)
    }.map { EnduranceStream(cell, $0, []) }
    return streams.count == sides.count
      && streams.allSatisfy { stream in
        stream.isWhole || stream.failures.contains { isRepeated || $0.status != .failed }
      }
  }
}

extension MeasurementRunner {
  /// Plays each stream to every model, one model after the other. If something outside of the models disturbs a pass, it is
  /// void for all of them, and another one takes its place, once.
  func playStreams(
    _ passes: [StreamPass], _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws {
    for pass in passes {
      for attempt in pass.attempts {
        await blockGuard.begin(models)
        for model in pass.sides.compactMap(models.first(of:)) {
          try await play(pass.cell, attempt: attempt, model, &recorder)
          if recorder.disturbance != nil { break }
        }
        let seen = try blockGuard.end(cell: pass.cell.id, block: attempt, recorder)
        guard let reason = recorder.takeDisturbance() ?? seen else { break }
        let isLast = attempt == pass.attempts.last
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
