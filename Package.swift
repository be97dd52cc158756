// swift-tools-version: 6.1
import PackageDescription

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let database = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let serverCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let networking = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let server = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

let package = Package(
  name: "resident",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "resident", targets: ["resident"]),
    // By itself, so that who only measures never compiles a server.
    .executable(name: "resident-serve", targets: ["resident-serve"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
  ],
  targets: [
    // What every stage speaks of.
    .target(name: "JSON"),
    .target(name: "Vocabulary"),
    .target(name: "Platform"),
    .target(name: "Randomness"),
    .target(name: "Measurements", dependencies: ["JSON", "Vocabulary"]),

    // Model folders and the native engine.
    .target(name: "Checkpoint", dependencies: ["JSON", crypto]),
    .target(name: "Tokenization", dependencies: ["JSON"]),
    .target(name: "ChatTemplate"),
    .target(name: "ToolCalls", dependencies: ["JSON"]),
    .target(
      name: "CKernels",
      // The kernels are what a model waits for, in a debug build as well.
      // Loops on cache lines: where they fall by chance, a product was seen to take twice as long.
      cSettings: [
        .unsafeFlags(["-O3", "-fno-math-errno", "-falign-loops=64", "-falign-functions=64"])
      ]),
    .target(name: "WorkerProtocol", dependencies: ["JSON", "Platform"]),
    .target(name: "WorkerCheck", dependencies: ["JSON", "WorkerProtocol"]),
    .target(
      name: "MLXEngine", dependencies: ["JSON", "Platform", "WorkerProtocol"],
      resources: [.embedInCode("Resources/mlx_worker.py")]),
    .target(
      name: "NativeEngine",
      dependencies: [
        "CKernels", "ChatTemplate", "Checkpoint", "JSON", "Platform", "Randomness", "Tokenization", "ToolCalls",
        "WorkerProtocol", crypto,
      ]),

    // The standard library's HTTP client: it hands over bytes as they arrive, asks before it follows a redirect, and adds
    // no minutes to the first build.
    .target(
      name: "EndpointEngine",
      dependencies: [
        "ChatTemplate", "Checkpoint", "JSON", "NativeEngine", "Platform", "Tokenization", "WorkerProtocol",
      ]),

    .target(name: "Statistics", dependencies: ["Randomness"]),

    // What tells lanes apart, and what makes them.
    .target(
      name: "Texts",
      resources: [.embedInCode("Resources/calibration.txt"), .embedInCode("Resources/evaluation.txt")]),
    .target(name: "Instruments", dependencies: ["JSON", "NativeEngine", "Statistics"]),
    .target(name: "Lanes", dependencies: ["Checkpoint", "JSON", "NativeEngine", "Randomness"]),
    // The stages, in the order in which data flows.
    .target(name: "Instructions"),
    .target(
      name: "Envelopes", dependencies: ["Instructions", "JSON", "Randomness", "ToolCalls", "Vocabulary", crypto]),
    .target(name: "BFCL", dependencies: ["JSON", "ToolCalls", crypto]),
    .target(name: "TaskSources", dependencies: ["Instructions", "JSON", crypto]),
    .target(name: "Store", dependencies: ["JSON", "Measurements", "Vocabulary", crypto, database]),
    .target(
      name: "Verdicts", dependencies: ["Envelopes", "JSON", "Measurements", "Statistics", "Vocabulary"]),
    .target(
      name: "Runner",
      dependencies: [
        "Envelopes", "JSON", "Measurements", "Platform", "Randomness", "Store", "ToolCalls", "Verdicts", "Vocabulary",
        "WorkerProtocol", crypto,
      ]),
    .target(
      name: "Calibration",
      dependencies: ["Envelopes", "JSON", "Measurements", "Randomness", "Statistics", "Verdicts", "Vocabulary"]),
    .target(name: "ModelRegistry", dependencies: ["JSON", "Vocabulary"]),
    .target(
      name: "Promotion",
      dependencies: ["Envelopes", "JSON", "Measurements", "ModelRegistry", "Store", "Verdicts", "Vocabulary"]),

    .target(
      name: "Doctor",
      dependencies: [
        "JSON", "Measurements", "ModelRegistry", "Platform", "Runner", "Store", "Vocabulary", "WorkerProtocol",
      ]),
    .target(
      name: "Nightly",
      dependencies: [
        "Envelopes", "JSON", "Measurements", "ModelRegistry", "Platform", "Promotion", "Runner", "Store", "Verdicts",
        "Vocabulary", "WorkerProtocol",
      ]),
    .target(
      name: "Verification", dependencies: ["Dataset", "Envelopes", "JSON", "Measurements", "Verdicts", "Vocabulary"]),
    .target(
      name: "Dataset", dependencies: ["JSON", "Measurements", "Platform", "Store", "ToolCalls", "Vocabulary", crypto]),
    .target(name: "Publishing", dependencies: ["Dataset", "JSON", "Platform"]),

    .target(
      name: "Report",
      dependencies: ["Envelopes", "JSON", "Measurements", "Statistics", "Store", "Verdicts", "Vocabulary"],
      resources: [
        .embedInCode("Resources/charts.js"), .embedInCode("Resources/filters.js"), .embedInCode("Resources/kinds.js"),
        .embedInCode("Resources/live.js"), .embedInCode("Resources/report.css"),
      ]),

    // The report over HTTP, live.
    .target(
      name: "Viewer",
      dependencies: [
        "Envelopes", "JSON", "ModelRegistry", "Report", "Store", "Vocabulary", server, serverCore, networking, logging,
        lifecycle, httpTypes, crypto,
      ],
      resources: [.embedInCode("Resources/openapi.json")]),
    .executableTarget(name: "resident-serve", dependencies: ["Report", "Viewer", arguments]),

    .executableTarget(
      name: "resident",
      dependencies: [
        "BFCL", "Calibration", "Checkpoint", "Dataset", "Doctor", "EndpointEngine", "Envelopes", "Instruments", "JSON",
        "Lanes", "MLXEngine", "Measurements", "ModelRegistry", "NativeEngine", "Nightly", "Platform", "Promotion",
        "Publishing", "Report", "Runner", "Statistics", "Store", "TaskSources", "Texts",
        "ToolCalls", "Verdicts",
        "Verification", "Vocabulary",
        "WorkerCheck", "WorkerProtocol", arguments,
      ]),

    // Tests mirror Sources.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "ChatTemplateTests", dependencies: ["ChatTemplate"], exclude: ["Conformance"]),
    .testTarget(name: "BFCLTests", dependencies: ["BFCL", "Envelopes", "JSON", "TestSupport", "ToolCalls"]),
    .testTarget(name: "InstructionsTests", dependencies: ["Instructions"]),
    .testTarget(
      name: "TaskSourcesTests", dependencies: ["Envelopes", "Instructions", "JSON", "TaskSources", "TestSupport"]),
    .testTarget(name: "ToolCallsTests", dependencies: ["JSON", "ToolCalls"], exclude: ["Golden"]),
    .testTarget(
      name: "CheckpointTests", dependencies: ["Checkpoint", "JSON", crypto], exclude: ["Conformance", "Fixtures"]),
    .testTarget(
      name: "TokenizationTests", dependencies: ["JSON", "Tokenization"], exclude: ["Conformance", "Fixtures"]),
    .testTarget(
      name: "WorkerProtocolTests", dependencies: ["JSON", "TestSupport", "WorkerProtocol", "resident"]),
    .testTarget(
      name: "WorkerCheckTests", dependencies: ["TestSupport", "WorkerCheck", "WorkerProtocol", "resident"]),
    .testTarget(name: "MLXEngineTests", dependencies: ["MLXEngine", "TestSupport"]),
    .testTarget(
      name: "EndpointEngineTests",
      dependencies: [
        "Checkpoint", "EndpointEngine", "JSON", "NativeEngine", "Platform", "TestSupport", "WorkerProtocol", "resident",
      ]),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Envelopes", "Instructions", "JSON", "Measurements", "Runner", "Store", "TestSupport", "ToolCalls", "Verdicts",
        "Vocabulary",
        "WorkerProtocol", "resident", "scripted-worker",
      ]),
    .executableTarget(
      name: "scripted-worker", dependencies: ["JSON", "WorkerProtocol"], path: "Tests/ScriptedWorker"),
    .executableTarget(
      name: "soak",
      dependencies: [
        "Envelopes", "JSON", "Measurements", "Platform", "Runner", "Store", "Vocabulary", "WorkerProtocol",
      ], path: "Tests/Soak"),
    .testTarget(
      name: "NightlyTests",
      dependencies: [
        "Envelopes", "JSON", "Measurements", "ModelRegistry", "Nightly", "Runner", "Store", "TestSupport", "Vocabulary",
        "WorkerProtocol", "resident", "scripted-worker",
      ]),
    .testTarget(
      name: "DoctorTests",
      dependencies: [
        "Doctor", "ModelRegistry", "Runner", "Store", "TestSupport", "WorkerProtocol", "resident", "scripted-worker",
      ]),
    .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestSupport"]),
    .testTarget(name: "EnvelopesTests", dependencies: ["Envelopes", "JSON", "ToolCalls", "Vocabulary"]),
    .testTarget(
      name: "VerdictsTests",
      dependencies: ["Envelopes", "JSON", "Measurements", "Statistics", "Verdicts", "Vocabulary"], exclude: ["Golden"]),
    .testTarget(
      name: "PromotionTests",
      dependencies: [
        "Envelopes", "JSON", "Measurements", "ModelRegistry", "Promotion", "Store", "TestSupport", "Vocabulary",
        "registry-crash-helper",
      ]),
    .testTarget(
      name: "CalibrationTests",
      dependencies: ["Calibration", "Envelopes", "JSON", "Measurements", "Verdicts", "Vocabulary"]),
    .testTarget(name: "StoreTests", dependencies: ["JSON", "Measurements", "Store", "Vocabulary", crypto, database]),
    .testTarget(
      name: "DatasetTests",
      dependencies: ["Dataset", "JSON", "Measurements", "Store", "TestSupport", "Vocabulary", crypto]),
    .testTarget(name: "PublishingTests", dependencies: ["Dataset", "JSON", "Publishing", crypto]),
    .testTarget(name: "EndToEndTests", dependencies: ["JSON", "TestSupport", "resident", "resident-serve"]),
    .testTarget(
      name: "NativeEngineTests",
      dependencies: ["CKernels", "Checkpoint", "JSON", "NativeEngine", "Randomness", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "InstrumentsTests",
      dependencies: ["Checkpoint", "Instruments", "NativeEngine", "Statistics", "TestSupport"]),
    .testTarget(
      name: "LanesTests", dependencies: ["Checkpoint", "Lanes", "NativeEngine", "Randomness", "TestSupport"]),
    .testTarget(
      name: "ViewerTests",
      dependencies: ["JSON", "Measurements", "Store", "TestSupport", "Viewer", "Vocabulary", "resident-serve", crypto]),
    .testTarget(name: "ReportTests", dependencies: ["JSON", "Measurements", "Report", "Store", "Vocabulary"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Randomness", "Statistics"], exclude: ["Golden"]),
    .testTarget(
      name: "ModelRegistryTests", dependencies: ["JSON", "ModelRegistry", "Vocabulary", "registry-crash-helper"]),
    .executableTarget(
      name: "registry-crash-helper", dependencies: ["ModelRegistry", "Promotion", "Store", "Vocabulary"],
      path: "Tests/RegistryCrashHelper"),
  ],
  swiftLanguageModes: [.v6]
)
