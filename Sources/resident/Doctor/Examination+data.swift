import Foundation
import Measurements
import ModelRegistry
import Platform
import Runner
import Store
import WorkerProtocol

/// The registry, the database, the locks of both, and the residents' models.
extension Examination {
  /// The registry, and the models that its roles name.
  func examineRegistry() -> (Finding, residents: [ModelID]) {
    let remedy = "resident registry create default=MODEL"
    let path = registry.url.path
    do {
      let document = try registry.read()
      guard !document.entries.isEmpty else {
        return (Finding("registry", .failure, "\(path) has no role", remedy: remedy), [])
      }
      return (Finding("registry", .fine, "\(path) has \(document.roles.count) roles"), document.modelIDs)
    } catch {
      return (Finding("registry", .failure, "\(error)", remedy: remedy), [])
    }
  }

  /// The database, page by page; it is only read.
  func examineDatabase() -> ([Finding], MeasurementStore?) {
    let path = database.path
    guard FileManager.default.fileExists(atPath: path) else {
      let remedy = "resident compare CANDIDATE --role default --envelope envelopes/smoke.json"
      return ([Finding("database", .warning, "\(path) does not exist yet", remedy: remedy)], nil)
    }
    do {
      let store = try MeasurementStore(at: database, mode: .readOnly)
      try store.check()
      let sessions = try store.sessions()
      let open = sessions.filter { $0.state != .complete }
      var findings = [Finding("database", .fine, "\(path) is whole, with \(sessions.count) sessions")]
      if let first = open.first {
        findings.append(
          Finding(
            "sessions", .warning,
            "\(open.count) were interrupted, the newest is \(first.number) of \(first.session.candidate)",
            remedy: "repeat its command with --resume"))
      }
      return (findings, store)
    } catch {
      let remedy = "restore \(path) from a backup; `sqlite3 '\(path)' .recover` saves what can be read"
      return ([Finding("database", .failure, "\(error)", remedy: remedy)], nil)
    }
  }

  /// The lock of a measurement that still runs, and lock files of edits that were killed.
  func examineLocks() -> [Finding] {
    var findings: [Finding] = []
    if let holder = HostLock.holder() {
      findings.append(
        Finding(
          "lock", .warning, "another measurement runs: \(holder)", remedy: "wait for it, or end that process"))
    } else {
      findings.append(Finding("lock", .fine, "nothing else is measured on this machine"))
    }
    let folder = registry.url.deletingLastPathComponent()
    let name = registry.url.lastPathComponent
    let siblings = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { $0.hasPrefix(".\(name)") && $0.hasSuffix(".lock") }
    if !siblings.isEmpty {
      let paths = siblings.map { "'\(folder.appendingPathComponent($0).path)'" }.joined(separator: " ")
      findings.append(
        Finding(
          "registry lock", .warning, "an edit of the registry is under way or was killed: \(paths)",
          remedy: "resident registry show, and if nothing edits it: rm \(paths)"))
    }
    return findings
  }

  /// A resident's folder, whether it generates a token, and whether its weights are those that were measured last.
  func examine(_ model: ModelID, _ store: MeasurementStore?) async -> Finding {
    let subject = "model \(model)"
    let folder: URL
    do throws(RunnerError) {
      folder = try library.folder(of: model)
    } catch {
      return Finding(
        subject, .failure, "\(error)",
        remedy: Self.isOfGGUF(model, error)
          ? "resident models add FOLDER --id '\(model)'"
          : "resident models import FILE.gguf --out '\(library.root.appendingPathComponent(model.rawValue).path)'")
    }
    guard generates else { return Finding(subject, .fine, "its folder is there; nothing was generated") }
    do throws(WorkerFailure) {
      let (seconds, weights) = try await GenerationCheck.run(worker, folder: folder)
      let what = Self.makesVectors(folder) ? "makes a vector" : "generates a token"
      let generated = String(format: "%@ %.2f s after its start", what, seconds)
      guard let weights else {
        return Finding(
          subject, .warning, generated + ", but its engine proves no weights: it cannot promote or be promoted",
          remedy: "use an engine that hashes what it loads")
      }
      guard let measured = lastMeasured(model, store), measured != weights else {
        return Finding(subject, .fine, "\(generated), weights \(weights.short)")
      }
      return Finding(
        subject, .warning,
        "\(generated), but its weights are \(weights.short) and those measured last were \(measured.short)",
        remedy: "restore its files, or measure it anew: earlier comparisons are of other weights")
    } catch {
      return Finding(
        subject, .failure, "\(error)",
        remedy: Self.makesVectors(folder)
          ? "resident engine embed '\(folder.path)' Hello"
          : "resident engine generate --model '\(folder.path)' --prompt Hello")
    }
  }

  /// Whether a model that is not there is known as GGUF files, which not every model is imported from.
  private static func isOfGGUF(_ model: ModelID, _ error: RunnerError) -> Bool {
    if case .onlyGGUF = error { return true }
    return model.rawValue.lowercased().contains("gguf")
  }

  private func lastMeasured(_ model: ModelID, _ store: MeasurementStore?) -> WeightsHash? {
    guard let store, let sessions = try? store.sessions() else { return nil }
    for summary in sessions
    where summary.mark.origin.isMeasured && (summary.session.candidate == model || summary.session.resident == model) {
      for run in (try? store.session(summary.number).runs) ?? [] where run.model == model {
        if case .hashed(let hash, _, _) = run.provenance { return hash }
      }
    }
    return nil
  }
}
