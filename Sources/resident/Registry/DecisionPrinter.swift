import ArgumentParser
import Dataset
import Foundation
import Platform
import Promotion
import Verdicts

/// Prints the outcome of a promotion that was asked for.
struct DecisionPrinter {
  let decision: PromotionDecision
  /// The file that was, or would be, edited.
  let file: String
  /// The exported dataset's folder, to link to.
  let results: String

  private let style = TerminalStyle()

  /// Prints the decision, which is made and carried out.
  ///
  /// A step summary of GitHub that can't be written is reported and changes nothing.
  func print(_ format: DecisionFormat) {
    switch format {
    case .text: Terminal.write(text, style)
    case .json: Terminal.write(result: decision.json)
    case .markdown: Terminal.write(markdown)
    case .github:
      appendStepSummary()
      Terminal.write(workflowCommands: decision.verdict.githubAnnotations)
    }
  }

  private var text: String {
    let verdict = decision.verdict.text(width: Terminal.width, style: style.painted)
    return verdict + "\norigin: \(decision.mark.text.printable)\n\(actionLine)\n" + (decision.diff?.description ?? "")
  }

  private var actionLine: String {
    switch decision.action {
    case .edited: "\(file) is changed:"
    case .wouldEdit: "dry run; \(file) would change:"
    case .needsOwner:
      "\(file) is unchanged, since this is more than one value. --patch prints it alone, for `git apply`:"
    case .alreadyPromoted: "already promoted; \(file) is unchanged."
    case .needsMaturity:
      "the verdict is provisional, and the envelope or the policy asks for a final one; --allow-provisional overrides the "
        + "envelope:"
    case .sentinelOffZero: "\(decision.sentinel?.refusal ?? "the sentinel is off zero"); this is not changed:"
    case .none: "\(file) is unchanged."
    }
  }

  private var markdown: String {
    let diff = decision.diff.map { "\n```diff\n\($0)```\n" } ?? ""
    return decision.verdict.markdown + "\nOrigin: \(decision.mark.publicText)\n" + rows
      + "\n\(actionLine)\n" + diff
  }

  /// Links to the raw samples and the verdict's rows; empty if they are not exported.
  private var rows: String {
    let folder = URL(fileURLWithPath: results, isDirectory: true)
    guard let names = try? PublishedDataset(folder: folder, engine: nil).files(of: decision.verdict.subject.session),
      !names.isEmpty
    else { return "" }
    let environment = ProcessInfo.processInfo.environment
    var base = results
    if let server = environment["GITHUB_SERVER_URL"], let repository = environment["GITHUB_REPOSITORY"],
      let revision = environment["GITHUB_SHA"]
    {
      base = "\(server)/\(repository)/blob/\(revision)/\(results)"
    }
    let root = base.hasSuffix("/") ? String(base.dropLast()) : base
    return "\nRows:\n\n" + names.map { "- [\($0)](\(root)/\($0))\n" }.joined()
  }

  private func appendStepSummary() {
    guard let path = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty else {
      return Terminal.write(markdown)
    }
    do throws(FileSystemError) {
      try OpenFile(path, .appending(permissions: 0o644)).regular().append(Array(markdown.utf8))
    } catch {
      Terminal.writeError("the step summary \(path) could not be written: \(error.reason)\n")
    }
  }
}

/// How a decision is printed.
enum DecisionFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
  case markdown
  case github
}
