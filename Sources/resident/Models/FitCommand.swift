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
    if host == nil, let activity = try await QuietMachine.look(), !activity.isQuiet {
      Terminal.writeError("warning: the machine is busy, so rates are predicted too low: \(activity.text)\n")
    }
    let speed = try speed()
    let budget = MemoryBudget(memory: memory?.count ?? speed.memory, reserve: reserve?.count)
    let reports = try named().map { try report(on: $0.model, roles: $0.roles, speed: speed, budget: budget) }
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

  private func report(on name: String, roles: [Role], speed: HostSpeed, budget: MemoryBudget) throws -> FitReport {
    let model = try FitModel(contentsOf: try place(of: name), name: name, storage: lane)
    let limits = try limits(of: roles)
    let options = Session.Options(threads: threads)
    let chosen = engine ?? (host == nil ? .native : .other)
    var engine = chosen == .native ? ServingEngine.native(options) : .other
    if case .native = engine, let problem = Self.refusal(of: model) {
      Terminal.writeError("note: \(name): \(problem); counted as another engine would hold it\n")
      engine = .other
    }
    let rehearsal = try rehearse(model, on: engine, options: options)
    return try FitReport(of: model, on: engine, host: speed, budget: budget, limits: limits) { context in
      SpeedPrediction(
        of: model, on: speed, contextLength: context, sequences: sequences,
        elementBytes: engine.cacheElementBytes,
        decode: try rehearsal?.rate(of: .decode(at: min(context, model.contextLimit - 17), sequences: sequences)),
        prefill: try rehearsal?.rate(of: .prefill(min(prompt, model.contextLimit - 1)), repetitions: 1))
    }
  }

  /// Nil where another machine or engine is asked for, or the shape cannot be run layer by layer.
  private func rehearse(_ model: FitModel, on engine: ServingEngine, options: Session.Options) throws -> Rehearsal? {
    guard rehearsal, host == nil, case .native = engine else { return nil }
    let limit = min(2 << 30, Machine.freeMemoryByteCount / 3)
    do {
      return try Rehearsal(model.config, byteLimit: limit, options: options)
    } catch let error as EngineError {
      Terminal.writeError("note: \(model.name): \(error); its rates are predicted by shares of the limit\n")
      return nil
    }
  }

  private static func refusal(of model: FitModel) -> String? {
    do {
      try Families.check(model.config)
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

  private func speed() throws -> HostSpeed {
    guard let host else { return try MeasuredSpeed(threads: threads).read(anew: remeasure) }
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

/// A number of bytes as people write it: `16G` and `16GB` are 16 · 10⁹, `16GiB` is 16 · 2³⁰.
struct ByteCount: ExpressibleByArgument {
  let count: Int

  init?(argument: String) {
    let text = argument.replacingOccurrences(of: " ", with: "").lowercased()
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let units: [Substring: Double] = [
      "": 1, "b": 1, "k": 1e3, "kb": 1e3, "kib": 1024, "m": 1e6, "mb": 1e6, "mib": 1_048_576, "g": 1e9, "gb": 1e9,
      "gib": 1_073_741_824, "t": 1e12, "tb": 1e12, "tib": 1_099_511_627_776,
    ]
    guard let number = Double(digits), let unit = units[text.dropFirst(digits.count)], number >= 0,
      number * unit < 1e18
    else { return nil }
    count = Int(number * unit)
  }
}

/// This machine's speed, kept in a file beside the database.
struct MeasuredSpeed {
  let threads: Int

  private static let days = 30.0

  init(threads: Int?) { self.threads = threads ?? Machine.physicalCoreCount }

  /// - Parameter anew: Whether to measure even if a figure is kept.
  /// - Throws: `FitError` if it cannot be measured.
  func read(anew: Bool) throws -> HostSpeed {
    if !anew, let kept { return kept }
    let display = WorkDisplay("measuring this machine's speed")
    display.show(0)
    defer { display.end() }
    let speed = try SpeedMeasurement.run(threads: threads)
    let now = Machine.wallSeconds
    keep(speed, at: now)
    return named(speed.readBandwidth, speed.operationRate, at: now)
  }

  private var url: URL { DataLocations.folder.appendingPathComponent("host-speed.json") }

  private var kept: HostSpeed? {
    guard let data = try? Data(contentsOf: url), let value = try? JSONValue(parsing: data),
      value["host"]?.string == Machine.processorName,
      value["threads"]?.integer == threads, let read = value["read_bytes_per_s"]?.number, read > 0,
      let operations = value["operations_per_s"]?.number, operations > 0, let at = value["measured_at_s"]?.number,
      abs(Machine.wallSeconds - at) < Self.days * 86_400
    else { return nil }
    return named(read, operations, at: at)
  }

  private func named(_ read: Double, _ operations: Double?, at seconds: Double) -> HostSpeed {
    let day = Date(timeIntervalSince1970: seconds).formatted(.iso8601.year().month().day())
    return HostSpeed(
      name: "this machine", memory: Machine.memoryByteCount, readBandwidth: read, operationRate: operations,
      source: "measured \(day) with \(threads.counted("thread"))")
  }

  /// A folder that cannot be written to is no reason to fail: it is measured again then.
  private func keep(_ speed: HostSpeed, at seconds: Double) {
    let value: JSONValue = [
      "host": .string(Machine.processorName), "threads": .integer(threads),
      "read_bytes_per_s": .number(speed.readBandwidth),
      "operations_per_s": speed.operationRate.map { .number($0) } ?? .null, "measured_at_s": .number(seconds),
    ]
    try? DurableFile.write(Array((value.serialized(.pretty) + "\n").utf8), to: url.path)
  }
}
