#include "roformer/study/picture.h"

#include <fmt/format.h>

#include <cmath>

#include "roformer/base/file.h"
#include "roformer/report/page.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/result_file.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr const char* kNumbers = "numbers.json";

void print_section(const PictureSection& section) {
  fmt::print("\n{}\n", section.heading);
  for (const auto& remark : section.remarks) fmt::print("{}\n", remark);
  for (const auto& table : section.tables) {
    fmt::print("\n");
    report::print_table(table);
  }
}

void add_section(report::Page& page, const PictureSection& section) {
  page.section(section.heading);
  for (const auto& remark : section.remarks) page.paragraph(remark);
  for (const auto& [file, chart] : section.charts) page.chart(chart);
  for (const auto& [file, map] : section.maps) page.heat_map(map);
  for (const auto& table : section.tables) page.table(table);
}

std::vector<std::string> write_drawings_of(const Picture& picture, const fs::path& out) {
  std::vector<NamedChart> charts;
  std::vector<NamedHeatMap> maps;
  for (const auto& section : picture.sections) {
    charts.insert(charts.end(), section.charts.begin(), section.charts.end());
    maps.insert(maps.end(), section.maps.begin(), section.maps.end());
  }
  return write_drawings(out, charts, maps);
}

// The first of each section: the others have a row a bin or a distance.
std::vector<report::Table> main_tables(const Picture& picture) {
  std::vector<report::Table> tables;
  for (const auto& section : picture.sections) {
    if (!section.tables.empty()) tables.push_back(section.tables.front());
  }
  return tables;
}

std::vector<std::string> remarks_of(const Picture& picture) {
  std::vector<std::string> remarks;
  for (const auto& section : picture.sections)
    remarks.insert(remarks.end(), section.remarks.begin(), section.remarks.end());
  return remarks;
}

}  // namespace

std::string short_number(double value) {
  if (!std::isfinite(value)) return "";
  return fmt::format("{:.4g}", value);
}

void show_picture(const Picture& picture, const StudyOptions& options) {
  const fs::path& out = options.out;
  base::make_folder(out, "--out");
  fmt::print("{}\n", picture.says);
  report::Page page(picture.title);
  page.paragraph(picture.says);
  for (const auto& section : picture.sections) {
    print_section(section);
    add_section(page, section);
  }
  base::write_file_atomically(out / kNumbers, picture.numbers.dump() + "\n");
  const auto drawings = write_drawings_of(picture, out);
  std::vector<report::Link> links = {{"numbers", kNumbers}};
  for (const auto& file : drawings) links.push_back({file, file});
  const std::string command = reproduce_command(picture.name, options);
  add_sources(page, {command, {}});
  page.links("Files", links);
  report::write_html(out / "report.html", page);
  write_result_file({.study = picture.name,
                     .title = picture.title,
                     .claim = picture.says,
                     .verdicts = remarks_of(picture),
                     .tables = main_tables(picture),
                     .command = command,
                     .pictures = drawings},
                    options);
  fmt::print("\nReport with the pictures: {}\nNumbers: {}\n", (out / "report.html").string(),
             (out / kNumbers).string());
}

}  // namespace roformer::study
