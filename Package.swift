// swift-tools-version: 6.1
import PackageDescription

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let database = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let serverCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
let networking = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpParts = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let server = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

let package = Package(
  name: "resident",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "resident", targets: ["resident"]),
    // By itself, so that measuring alone never compiles a server.
    .executable(name: "resident-serve", targets: ["resident-serve"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
  ],
  targets: [
    // What every stage speaks of. A module depends only on modules above it; `make lint` holds imports to that.
    .target(name: "JSON", dependencies: [collections]),
    .target(name: "CPlatform"),
    .target(name: "Platform", dependencies: ["CPlatform", crypto]),
    .target(name: "Measurements", dependencies: ["JSON"]),
    .target(name: "Statistics", dependencies: ["Platform"]),

    // Model folders.
    .target(name: "Checkpoint", dependencies: ["CPlatform", "JSON", "Platform", crypto, yaml]),
    .target(name: "Tokenization", dependencies: ["JSON", "Platform"]),
    .target(name: "ToolCalls", dependencies: ["JSON"]),
    .target(name: "ChatTemplate", dependencies: ["JSON", "Tokenization", "ToolCalls"]),

    // Engines, each a worker process behind the line protocol.
    .target(name: "WorkerProtocol", dependencies: ["JSON", "Platform"]),
    .target(
      name: "CKernels",
      // The kernels are what a model waits for, in a debug build as well.
      // Loops on cache lines: where they fall by chance, a product was seen to take twice as long.
      cSettings: [
        .unsafeFlags(["-O3", "-fno-math-errno", "-falign-loops=64", "-falign-functions=64"])
      ]),
    .target(
      name: "NativeEngine",
      dependencies: [
        "CKernels", "ChatTemplate", "Checkpoint", "JSON", "Platform", "Tokenization", "WorkerProtocol", crypto,
      ]),
    .target(
      name: "MLXEngine", dependencies: ["JSON", "Platform", "WorkerProtocol"],
      resources: [.embedInCode("Resources/mlx_worker.py")]),
    // The system's libcurl, loaded when it is needed: nothing of it is compiled.
    .target(name: "CTransfer"),
    .target(
      name: "EndpointEngine",
      dependencies: [
        "CTransfer", "ChatTemplate", "Checkpoint", "JSON", "NativeEngine", "Platform", "Tokenization", "WorkerProtocol",
      ]),
    .target(
      name: "Lanes", dependencies: ["Checkpoint", "JSON", "NativeEngine", "Platform", "Statistics"],
      resources: [.embedInCode("Resources/calibration.txt"), .embedInCode("Resources/evaluation.txt")]),
    .target(
      name: "Fit", dependencies: ["CKernels", "Checkpoint", "JSON", "Measurements", "NativeEngine", "Platform"],
      resources: [.embedInCode("Resources/hosts.json")]),

    // The stages, in the order in which data flows.
    .target(name: "ModelRegistry", dependencies: ["JSON", "Measurements", "Platform", crypto, yaml]),
    .target(name: "Envelopes", dependencies: ["JSON", "Measurements", "Platform", "ToolCalls", crypto]),
    .target(name: "TaskImport", dependencies: ["Envelopes", "JSON", "Platform", "ToolCalls", crypto]),
    .target(name: "Store", dependencies: ["JSON", "Measurements", "Platform", crypto, database]),
    .target(name: "Verdicts", dependencies: ["Envelopes", "JSON", "Measurements", "Platform", "Statistics"]),
    .target(
      name: "Runner",
      dependencies: [
        "Checkpoint", "Envelopes", "Fit", "JSON", "Measurements", "Platform", "Store", "ToolCalls", "Verdicts",
        "WorkerProtocol", crypto,
      ]),
    .target(
      name: "Calibration",
      dependencies: ["Envelopes", "JSON", "Measurements", "Platform", "Statistics", "Verdicts"]),
    .target(
      name: "Promotion",
      dependencies: ["Envelopes", "JSON", "Measurements", "ModelRegistry", "Store", "Verdicts"]),
    .target(
      name: "Nightly",
      dependencies: [
        "Calibration", "Envelopes", "Fit", "JSON", "Measurements", "ModelRegistry", "Platform", "Promotion", "Runner",
        "Store",
        "Verdicts", "WorkerProtocol",
      ]),
    .target(
      name: "Dataset",
      dependencies: [
        "Envelopes", "JSON", "Measurements", "Platform", "Store", "ToolCalls", "Verdicts", crypto,
      ]),
    .target(
      name: "Report", dependencies: ["Envelopes", "JSON", "Measurements", "Platform", "Store", "Verdicts"],
      resources: [
        .embedInCode("Resources/blocks.js"), .embedInCode("Resources/charts.js"), .embedInCode("Resources/filters.js"),
        .embedInCode("Resources/live.js"), .embedInCode("Resources/models.js"), .embedInCode("Resources/parts.js"),
        .embedInCode("Resources/report.css"),
      ]),
    // The report over HTTP, live.
    .target(
      name: "Viewer",
      dependencies: [
        "Envelopes", "JSON", "Measurements", "ModelRegistry", "Platform", "Report", "Store", "Verdicts", server,
        serverCore, networking, httpParts, logging, lifecycle, httpTypes, crypto,
      ],
      resources: [.embedInCode("Resources/openapi.json")]),

    // The command lines.
    .executableTarget(
      name: "resident",
      dependencies: [
        "Calibration", "ChatTemplate", "Checkpoint", "Dataset", "EndpointEngine", "Envelopes", "Fit", "JSON", "Lanes",
        "MLXEngine", "Measurements", "ModelRegistry", "NativeEngine", "Nightly", "Platform", "Promotion", "Report",
        "Runner",
        "Statistics", "Store", "TaskImport", "Tokenization", "ToolCalls", "Verdicts", "WorkerProtocol", arguments,
        crypto,
      ]),
    .executableTarget(name: "resident-serve", dependencies: ["Platform", "Report", "Viewer", arguments]),

    // Tests mirror Sources.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .executableTarget(
      name: "scripted-worker", dependencies: ["JSON", "WorkerProtocol"], path: "Tests/ScriptedWorker"),
    .executableTarget(
      name: "soak",
      dependencies: ["Envelopes", "JSON", "Measurements", "Platform", "Runner", "Store", "WorkerProtocol"],
      path: "Tests/Soak"),
    .executableTarget(
      name: "mutants",
      dependencies: [
        "ChatTemplate", "Checkpoint", "Envelopes", "JSON", "ModelRegistry", "NativeEngine", "Platform", "Tokenization",
        arguments,
      ],
      path: "Tests/Mutants", exclude: ["Seeds"]),
    .executableTarget(
      name: "fuzz-readers", dependencies: ["Checkpoint", "Dataset", "JSON", crypto], path: "Fuzz/readers"),
    .executableTarget(
      name: "registry-crash-helper", dependencies: ["Measurements", "ModelRegistry", "Promotion", "Store"],
      path: "Tests/RegistryCrashHelper"),
    .executableTarget(name: "mapping-helper", dependencies: ["Checkpoint"], path: "Tests/MappingHelper"),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestSupport", crypto]),
    .testTarget(name: "StatisticsTests", dependencies: ["Platform", "Statistics"], exclude: ["Golden"]),
    .testTarget(
      name: "CheckpointTests",
      dependencies: ["Checkpoint", "JSON", "Platform", "TestSupport", "Tokenization", "mapping-helper", crypto],
      exclude: ["Conformance", "Fixtures"]),
    .testTarget(
      name: "TokenizationTests", dependencies: ["JSON", "Tokenization"], exclude: ["Conformance", "Fixtures"]),
    .testTarget(name: "ToolCallsTests", dependencies: ["JSON", "ToolCalls"], exclude: ["Golden"]),
    .testTarget(name: "ChatTemplateTests", dependencies: ["ChatTemplate", "JSON"], exclude: ["Conformance"]),
    .testTarget(
      name: "WorkerProtocolTests", dependencies: ["JSON", "Platform", "TestSupport", "WorkerProtocol", "resident"]),
    .testTarget(
      name: "NativeEngineTests",
      dependencies: [
        "CKernels", "Checkpoint", "JSON", "NativeEngine", "Platform", "TestSupport", "WorkerProtocol", "mutants",
      ],
      exclude: ["Golden"]),
    .testTarget(name: "MLXEngineTests", dependencies: ["MLXEngine", "TestSupport", "WorkerProtocol"]),
    .testTarget(
      name: "EndpointEngineTests",
      dependencies: [
        "Checkpoint", "EndpointEngine", "JSON", "NativeEngine", "Platform", "TestSupport", "WorkerProtocol", "resident",
      ]),
    .testTarget(
      name: "FitTests", dependencies: ["Checkpoint", "Fit", "JSON", "Measurements", "NativeEngine", "TestSupport"]),
    .testTarget(
      name: "LanesTests",
      dependencies: ["Checkpoint", "Lanes", "NativeEngine", "Platform", "Statistics", "TestSupport"]),
    .testTarget(
      name: "ModelRegistryTests",
      dependencies: ["JSON", "Measurements", "ModelRegistry", "Platform", "TestSupport", "registry-crash-helper"]),
    .testTarget(
      name: "EnvelopesTests", dependencies: ["Envelopes", "JSON", "Measurements", "ToolCalls"], exclude: ["Golden"]),
    .testTarget(
      name: "TaskImportTests", dependencies: ["Envelopes", "JSON", "TaskImport", "TestSupport", "ToolCalls"]),
    .testTarget(name: "StoreTests", dependencies: ["JSON", "Measurements", "Store", "TestSupport", crypto, database]),
    .testTarget(
      name: "VerdictsTests", dependencies: ["Envelopes", "JSON", "Measurements", "Statistics", "Verdicts"],
      exclude: ["Golden", "Snapshots"]),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Envelopes", "Fit", "JSON", "Measurements", "Runner", "Store", "TestSupport", "ToolCalls", "Verdicts",
        "WorkerProtocol", "resident", "scripted-worker",
      ]),
    .testTarget(
      name: "CalibrationTests", dependencies: ["Calibration", "Envelopes", "JSON", "Measurements", "Verdicts"]),
    .testTarget(
      name: "PromotionTests",
      dependencies: [
        "Dataset", "Envelopes", "JSON", "Measurements", "ModelRegistry", "Promotion", "Store", "TestSupport", crypto,
        "registry-crash-helper",
      ]),
    .testTarget(
      name: "NightlyTests",
      dependencies: [
        "Calibration", "Envelopes", "Fit", "JSON", "Measurements", "ModelRegistry", "Nightly", "Platform", "Promotion",
        "Runner",
        "Store", "TestSupport", "WorkerProtocol", "resident", "scripted-worker",
      ]),
    .testTarget(
      name: "DatasetTests",
      dependencies: [
        "Dataset", "JSON", "Measurements", "Platform", "Runner", "Store", "TestSupport", "Verdicts", "WorkerProtocol",
        crypto,
      ]),
    .testTarget(name: "ReportTests", dependencies: ["JSON", "Measurements", "Report", "Store"]),
    .testTarget(
      name: "ViewerTests",
      dependencies: ["JSON", "Measurements", "Store", "TestSupport", "Viewer", "resident-serve", crypto, networking]),
    .testTarget(
      name: "ResidentTests",
      dependencies: [
        "JSON", "ModelRegistry", "Platform", "Runner", "Store", "TestSupport", "WorkerProtocol", "resident",
        "scripted-worker",
      ]
    ),
    .testTarget(
      name: "EndToEndTests", dependencies: ["JSON", "Platform", "TestSupport", "resident", "resident-serve"]),
  ],
  swiftLanguageModes: [.v6]
)

// Tests wait for loops over weights, samples and texts, so modules are optimized in a debug build as well; what traps in
// debug still traps. A package with such flags can only be built as the root, which this one is.
for target in package.targets
where target.type == .regular && !["CKernels", "CPlatform", "CTransfer"].contains(target.name) {
  target.swiftSettings = [.unsafeFlags(["-O"], .when(configuration: .debug))]
}
