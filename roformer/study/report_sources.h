// Where a study's report comes from: the command that made it, and the runs beside it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/report/page.h"

namespace roformer::study {

struct StudyOptions;

/// A finished run by the name that readers know it by.
struct NamedRun {
  std::string name;
  std::filesystem::path folder;  // as seen from the report
};

struct ReportSources {
  std::string command;
  std::vector<NamedRun> runs;
};

/// Whether a study trains: those alone have a scale.
bool trains(const std::string& study);

/// `roformer reproduce` with what a user chose, its words quoted for a shell where they must be.
std::string reproduce_command(const std::string& study, const StudyOptions& options);

/// Adds the command, and for each run links to its model folder, recipe, metrics and report.
void add_sources(report::Page& page, const ReportSources& sources);

}  // namespace roformer::study
