// A picture that the paper lacks, with the numbers beside it: on standard output, as a page, as
// JSON, and as SVG where gnuplot is installed.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/report/table.h"
#include "roformer/study/drawings.h"
#include "roformer/study/study_options.h"

namespace roformer::study {

/// What stands under one heading.
struct PictureSection {
  std::string heading;
  std::vector<std::string> remarks;  // sentences that the numbers carry
  std::vector<NamedChart> charts = {};
  std::vector<NamedHeatMap> maps = {};
  std::vector<report::Table> tables = {};
};

/// All of it.
struct Picture {
  std::string name;  // of `roformer reproduce`
  std::string title;
  std::string says;  // what is shown
  std::vector<PictureSection> sections;
  nlohmann::ordered_json numbers;
};

/// Prints remarks and tables, and writes report.html, numbers.json, the pictures and result.json,
/// whose verdicts are the remarks, into options.out. Throws Error where that cannot be written.
void show_picture(const Picture& picture, const StudyOptions& options);

/// Four digits; nothing for what is not finite.
std::string short_number(double value);

}  // namespace roformer::study
