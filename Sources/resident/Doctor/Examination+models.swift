import Foundation
import Measurements
import Runner
import Store
import WorkerProtocol

extension Examination {
  /// A resident's folder, whether it generates, and whether its weights are those that were measured last.
  func examine(_ model: ModelID, _ store: MeasurementStore?) async -> [Finding] {
    let subject = "model \(model)"
    let folder: URL
    do {
      folder = try library.folder(of: model)
    } catch {
      return [
        Finding(
          subject, .failure, "\(error)",
          remedy: "resident models import FILE.gguf --out '\(library.root.appendingPathComponent(model.rawValue).path)'"
        )
      ]
    }
    guard generates else { return [Finding(subject, .fine, "its folder is there; nothing was generated")] }
    do throws(WorkerFailure) {
      let (seconds, weights) = try await GenerationCheck.run(command, folder: folder)
      let generated = String(format: "generates a token %.2f s after its start", seconds)
      guard let weights else {
        return [
          Finding(
            subject, .warning, generated + ", but its engine proves no weights: it cannot promote or be promoted",
            remedy: "use an engine that hashes what it loads")
        ]
      }
      guard let measured = lastMeasured(model, store), measured != weights else {
        return [Finding(subject, .fine, "\(generated), weights \(weights.short)")]
      }
      return [
        Finding(
          subject, .warning,
          "\(generated), but its weights are \(weights.short) and those measured last were \(measured.short)",
          remedy: "restore its files, or measure it anew: earlier comparisons are of other weights")
      ]
    } catch {
      return [
        Finding(
          subject, .failure, "\(error)", remedy: "resident engine generate --model '\(folder.path)' --prompt Hello")
      ]
    }
  }

  private func lastMeasured(_ model: ModelID, _ store: MeasurementStore?) -> WeightsHash? {
    guard let store, let sessions = try? store.sessions() else { return nil }
    for summary in sessions where summary.session.candidate == model || summary.session.resident == model {
      for run in (try? store.session(summary.number).runs) ?? [] where run.model == model {
        if case .hashed(let hash, _) = run.provenance { return hash }
      }
    }
    return nil
  }
}
