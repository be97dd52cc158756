import Foundation
import JSON
import Platform

/// How fast a machine reads memory and computes: the limits of every rate.
public struct HostSpeed: Sendable, Equatable {
  public let name: String
  /// In bytes.
  public let memory: Int
  /// Bytes per second that are read from memory at best.
  public let readBandwidth: Double
  /// Multiplications and additions per second of a large product, two of each weight and token; nil if nobody states it.
  public let operationRate: Double?
  /// Where the figures are from.
  public let source: String

  public init(name: String, memory: Int, readBandwidth: Double, operationRate: Double?, source: String) {
    (self.name, self.memory, self.readBandwidth) = (name, memory, readBandwidth)
    (self.operationRate, self.source) = (operationRate, source)
  }
}

/// Machines by name, from a file or from the list that comes with the program.
///
/// ```json
/// [{"name": "…", "memory_gb": 128, "read_gb_per_s": 546, "tera_operations_per_s": null, "source": "…"}]
/// ```
public struct HostList: Sendable {
  public let hosts: [HostSpeed]

  /// - Throws: ``FitError/hosts(file:problem:)``.
  public init(contentsOf url: URL) throws {
    let value: JSONValue
    do { value = try JSONValue(parsing: Data(contentsOf: url)) } catch {
      throw FitError.hosts(file: url.path, problem: "\(error)")
    }
    try self.init(value, file: url.path)
  }

  /// Those that come with the program.
  ///
  /// - Throws: Never for a program that was built whole.
  public static func shipped() throws -> HostList {
    try HostList(try JSONValue(parsing: PackageResources.hosts_json), file: "hosts.json")
  }

  init(_ value: JSONValue, file: String) throws {
    let entries = value.array ?? (value.object == nil ? nil : [value])
    guard let entries, !entries.isEmpty else {
      throw FitError.hosts(file: file, problem: "holds neither a machine nor a list of machines")
    }
    hosts = try entries.enumerated().map { index, entry in
      func number(_ member: String) throws -> Double {
        guard let number = entry[member]?.number, number > 0, number < 1e9 else {
          throw FitError.hosts(file: file, problem: "[\(index)].\(member) is no positive number")
        }
        return number
      }
      guard let name = entry["name"]?.string, let source = entry["source"]?.string else {
        throw FitError.hosts(file: file, problem: "[\(index)] lacks a name or a source of its figures")
      }
      let states = entry["tera_operations_per_s"].map { $0 != .null } ?? false
      return HostSpeed(
        name: name, memory: Int(try number("memory_gb") * 1e9), readBandwidth: try number("read_gb_per_s") * 1e9,
        operationRate: states ? try number("tera_operations_per_s") * 1e12 : nil, source: source)
    }
  }

  /// The machine of a name, whatever the case.
  ///
  /// - Throws: ``FitError/unknownHost(_:known:)``.
  public func host(named name: String) throws -> HostSpeed {
    guard let host = hosts.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw FitError.unknownHost(name, known: hosts.map(\.name))
    }
    return host
  }
}

public enum FitError: Error, Sendable, Equatable, CustomStringConvertible {
  case hosts(file: String, problem: String)
  case unknownHost(String, known: [String])
  case notMeasured(String)

  public var description: String {
    switch self {
    case .hosts(let file, let problem): "\(file): \(problem); docs/fit.md has the format"
    case .unknownHost(let name, let known):
      "no machine is called \(name); known are \(known.joined(separator: ", ")), and --host takes a file of others"
    case .notMeasured(let problem): "this machine's speed could not be measured: \(problem)"
    }
  }
}
