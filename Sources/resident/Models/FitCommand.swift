import ArgumentParser
import Checkpoint
import Fit
import Foundation
import JSON
import Measurements
import ModelRegistry
import NativeEngine
import Platform
import Runner

struct FitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Tell what a model takes of a machine's memory, how fast it would be, and what for.",
    discussion: """
      Example: resident fit config.json --memory 128G --host apple-m4-max

      A config.json is enough, so that it works before a download; weights and GGUF files are looked at where they are \
      there. On this machine, layers of the model's shape with random weights are run to predict its rates. docs/fit.md \
      says what every figure means.
      """)

  @Argument(
    help: "Model folders, model ids of the library, GGUF files or config.json files.", completion: Completions.models)
  var model: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      How weights that are not there are to be stored: bf16, 4bit, 8bit-g32, mxfp4, mxfp8 or nvfp4. Default: as \
      config.json says.
      """, valueName: "lane"))
  var lane: WeightStorage?

  @Flag(help: "All residents of the registry, by themselves and together.")
  var registry = false

  @Option(help: ArgumentHelp("Memory of the machine, such as 128G. Default: the machine's.", valueName: "bytes"))
  var memory: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Memory that stays free, such as 16G. Default: a quarter of the memory, at most 16 GiB.", valueName: "bytes"))
  var reserve: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Another machine: the name of one that `resident fit --hosts` lists, or a file with its figures.",
      valueName: "name or file"))
  var host: String?

  @Flag(help: "List the machines that --host knows.")
  var hosts = false

  @Option(help: "Tokens of each sequence that must fit.") var context = ServingLimits().contextLength
  @Option(help: "Sequences at once that must fit.") var sequences = ServingLimits().sequences
  @Option(help: ArgumentHelp("Tokens of the prompt that is waited for.", valueName: "n"))
  var prompt = ServingLimits().promptTokens

  @Option(help: "The role whose limits the policy states.", completion: Completions.roles)
  var role: String?

  @Option(
    help: ArgumentHelp(
      """
      The least decode rate of an interactive model, in tokens per second. Default: the role's, else \
      \(ServingLimits().decodeRate.formatted()).
      """, valueName: "rate"))
  var minRate: Double?

  @Option(
    help: ArgumentHelp(
      "The longest wait for its first token. Default: the role's, else \(ServingLimits().firstTokenSeconds.formatted()) s.",
      valueName: "seconds"))
  var maxWait: Double?

  @Option(
    help: """
      native, whose memory is known exactly, or other: keys and values in half precision. Default: native on this \
      machine, other with --host.
      """)
  var engine: FitEngine?

  @Option(help: ArgumentHelp("Threads that compute. Default: one per physical core.", valueName: "n"))
  var threads: Int?

  @Flag(inversion: .prefixedNo, help: "Run layers of the model's shape on this machine.")
  var rehearsal = true

  @Flag(help: "Measure this machine's speed anew; it is kept for 30 days.")
  var remeasure = false

  @OptionGroup var library: LibraryOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var output: JSONOption

  func validate() throws {
    guard hosts || registry || !model.isEmpty else {
      throw ValidationError("Name a model, or give --registry for all residents.")
    }
    guard context > 0, (1...1024).contains(sequences), prompt > 0, (minRate ?? 1) > 0, (maxWait ?? 1) > 0 else {
      throw ValidationError("--context, --sequences, --prompt, --min-rate and --max-wait must be positive.")
    }
    guard (threads.map { (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads must be from 1 to 1024.")
    }
  }

  func run() async throws {
    if hosts { return try listHosts() }
    let activity = timesSomething ? try await QuietMachine.look() : nil
    let isQuiet = activity?.isQuiet ?? true
    if let activity, !isQuiet {
      Terminal.writeError("warning: the machine is busy, so rates are predicted too low: \(activity.text)\n")
    }
    let speed = try speed(keeps: isQuiet)
    let budget = MemoryBudget(memory: memory?.count ?? speed.memory, reserve: reserve?.count)
    // Those of this machine say nothing of another.
    let reached = host == nil ? database.reachedShares : ReachedShares([])
    let reports = try named().map { name, roles in
      let report = try report(on: name, roles: roles, speed: speed, budget: budget, reached)
      if isQuiet { keep(report, named: name) }
      return report
    }
    let together = registry && reports.count > 1 ? reports.reduce(0) { $0 + $1.footprint.total } : nil
    if output.isChosen {
      return Terminal.write(
        result: [
          "models": .array(reports.map(\.json)), "together_bytes": together.map { .integer($0) } ?? .null,
          "available_bytes": .integer(budget.available),
        ])
    }
    Terminal.write(reports.map(\.text).joined(separator: "\n"))
    if let together {
      Terminal.write(
        "\nall residents together: \(FitReport.figure(ofBytes: together)) of \(FitReport.figure(ofBytes: budget.available)) "
          + (together <= budget.available ? "available\n" : "available: they do not fit at once\n"))
    }
  }

  private var timesSomething: Bool {
    host == nil && (rehearsal || remeasure || MeasuredSpeed(threads: threads).kept == nil)
  }

  /// The models that were named, and those of the registry, each once with the roles whose limits hold for it.
  private func named() throws -> [(model: String, roles: [Role])] {
    var named = model.map { ($0, role.map { [Role(rawValue: $0)] } ?? []) }
    guard registry else { return named }
    let residents = try RegistryFile(RegistryOption.url(override: nil)).read()
    for role in residents.roles {
      let model = try residents.resident(of: role).rawValue
      if let index = named.firstIndex(where: { $0.0 == model }) {
        named[index].1.append(role)
      } else {
        named.append((model, [role]))
      }
    }
    return named
  }

  /// What the command line says, else the strictest that the policy says of the roles.
  private func limits(of roles: [Role]) throws -> ServingLimits {
    var limits = ServingLimits(contextLength: context, sequences: sequences, promptTokens: prompt)
    let policy = try RegistryPolicyFile(beside: RegistryOption.url(override: nil)).read()
    let conditions = roles.compactMap { policy?.conditions(for: $0) }.filter { $0.tier != .overnight }
    if let rate = minRate ?? conditions.map(\.rateLimit).max() { limits.decodeRate = rate }
    if let wait = maxWait ?? conditions.map(\.firstTokenLimit).min() { limits.firstTokenSeconds = wait }
    return limits
  }

  /// Keeps rates of this machine, so that a later run's record has what was predicted of it.
  private func keep(_ report: FitReport, named name: String) {
    guard host == nil, report.model.source == .weights, let rates = RehearsedRates(report.speeds),
      let folder = try? library.model(named: name).folder
    else { return }
    KeptRehearsals(threads: threads).keep(rates, of: folder)
  }

  private func report(
    on name: String, roles: [Role], speed: HostSpeed, budget: MemoryBudget, _ reached: ReachedShares
  ) throws -> FitReport {
    let model = try FitModel(contentsOf: try place(of: name), name: name, storage: lane)
    let limits = try limits(of: roles)
    let options = Session.Options(threads: threads)
    let chosen = engine ?? (host == nil ? .native : .other)
    var engine = chosen == .native ? ServingEngine.native(options) : .other
    if case .native = engine, let problem = Self.refusal(of: model) {
      Terminal.writeError("note: \(name): \(problem); counted as another engine would hold it\n")
      engine = .other
    }
    let rehearsed = try rehearse(model, on: engine, options: options)
    // Runs of the native engine say nothing of another.
    let group: ReachedShares.Group? = if case .native = engine { model.reached(reached) } else { nil }
    return try FitReport(of: model, on: engine, host: speed, budget: budget, limits: limits, reached: group) {
      context in
      let rate = try rehearsed?.rehearsal.rate(of: .decode(at: context, sequences: sequences))
      return SpeedPrediction(
        of: model, on: speed, contextLength: context, sequences: sequences, elementBytes: engine.cacheElementBytes,
        reached: group, decode: rate.map { PredictedRate($0) }, prefill: rehearsed.map { PredictedRate($0.prefill) })
    }
  }

  /// Nil where another machine or engine is asked for, or the shape cannot be run layer by layer.
  private func rehearse(
    _ model: FitModel, on engine: ServingEngine, options: Session.Options
  ) throws -> (rehearsal: Rehearsal, prefill: Rehearsal.Rate)? {
    guard rehearsal, host == nil, !model.isEncoder, case .native = engine else { return nil }
    let limit = min(2 << 30, Machine.freeMemoryByteCount / 3)
    do {
      let rehearsal = try Rehearsal(model.config, byteLimit: limit, options: options)
      return (rehearsal, try rehearsal.rate(of: .prefill(prompt), repetitions: 1))
    } catch let error as EngineError {
      Terminal.writeError("note: \(model.name): \(error); its rates are predicted by shares of the limit\n")
      return nil
    }
  }

  private static func refusal(of model: FitModel) -> String? {
    do {
      if try EncoderMemory(model.config) == nil { try Families.check(model.config) }
      return nil
    } catch { return "\(error)" }
  }

  private func place(of name: String) throws -> URL {
    let url = URL(fileURLWithPath: name).standardizedFileURL
    if ["json", "gguf"].contains(url.pathExtension.lowercased()), FileManager.default.fileExists(atPath: url.path) {
      return url
    }
    return try library.model(named: name).folder
  }

  /// - Parameter keeps: Whether what is measured of this machine may be kept.
  private func speed(keeps: Bool) throws -> HostSpeed {
    guard let host else { return try MeasuredSpeed(threads: threads).read(anew: remeasure, keeps: keeps) }
    if FileManager.default.fileExists(atPath: host) {
      let list = try HostList(contentsOf: URL(fileURLWithPath: host))
      guard list.hosts.count == 1 else {
        throw ValidationError("\(host) holds \(list.hosts.count) machines; --host takes a file with one.")
      }
      return list.hosts[0]
    }
    return try HostList.shipped().host(named: host)
  }

  private func listHosts() throws {
    let hosts = try HostList.shipped().hosts
    if output.isChosen { return Terminal.write(result: ["hosts": .array(hosts.map(\.json))]) }
    let style = TerminalStyle()
    let rows = hosts.map {
      [$0.name, FitReport.figure(ofBytes: $0.memory), String(format: "%.1f GB/s", $0.readBandwidth / 1e9), $0.source]
    }
    Terminal.write(style.table(["name", "memory", "reads", "source"], rows), style)
  }
}

extension WeightStorage: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

enum FitEngine: String, CaseIterable, ExpressibleByArgument {
  case native
  case other
}
