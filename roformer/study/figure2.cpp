#include "roformer/study/studies.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/report/page.h"
#include "roformer/rope/decay.h"
#include "roformer/study/drawings.h"
#include "roformer/study/figure2_chart.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/result_file.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kDim = 128;
constexpr double kBase = 10000;            // section 3.4.3
constexpr std::int64_t kPaperReach = 250;  // Figure 2's last distance
constexpr std::int64_t kTrainedLength = 512;
constexpr double kFactor = 4;
constexpr std::int64_t kSamples = 200;

constexpr const char* kFigure2Says =
    "The paper (section 3.4.3 and Figure 2): the mean of |S_1| … |S_{d/2}|, which bounds the score "
    "by Eq. 37, decays as the relative distance m − n increases, with θ_i = 10000^(−2i/d).";

struct Figure2Chart {
  std::string file;
  std::int64_t reach;
  report::LineChart chart;
  std::string remark;
};

report::LineChart empty_chart(const std::string& title, const std::string& y_title) {
  return {title, "relative distance m − n", y_title, {}};
}

rope::Frequencies plain(std::int64_t dim, double base) {
  return {rope::plain_frequencies(dim, base)};
}

report::Series relative(report::Series series) {
  const double first = series.y.front();
  for (double& value : series.y) value /= first;
  return series;
}

// How the curve compares with the published one, in numbers.
std::string published_remark(const report::Series& series) {
  std::int64_t rises = 0;
  for (std::size_t i = 1; i < series.y.size(); ++i) rises += series.y[i] > series.y[i - 1];
  return fmt::format(
      "The paper names no d; its text says that the bound decays with the distance. At distance 0 "
      "all terms are in phase and the mean is (d/2 + 1)/2 = {:.1f}; it is {:.2f} at distance 1, "
      "{:.2f} at 5, {:.2f} at 50 and {:.2f} at 250. The decay is one on the whole, not of each "
      "step: {} of {} steps rise.",
      series.y[0], series.y[1], series.y[5], series.y[50], series.y[250], rises, kPaperReach);
}

Figure2Chart paper_chart() {
  Figure2Chart result{"figure2", kPaperReach, empty_chart("Figure 2", "relative upper bound"), ""};
  result.chart.series = {bound_series("d = 128, base 10000", plain(kDim, kBase), kPaperReach)};
  result.remark = published_remark(result.chart.series.front());
  return result;
}

Figure2Chart size_chart() {
  Figure2Chart result{"sizes", kPaperReach,
                      empty_chart("Sizes of a head", "bound relative to distance 0"),
                      "The same bound by its value at distance 0: more dimensions fall further, "
                      "since more of their "
                      "angles differ."};
  for (const std::int64_t dim : {32, 64, 128, 256})
    result.chart.series.push_back(
        relative(bound_series(fmt::format("d = {}", dim), plain(dim, kBase), kPaperReach)));
  return result;
}

Figure2Chart base_chart() {
  Figure2Chart result{
      "bases", 1000, empty_chart("Bases", "bound"),
      "A larger base turns more pairs slowly: on the whole the bound falls later and less."};
  result.chart.log_x = true;
  for (const double base : {100.0, 1000.0, 10000.0, 500000.0})
    result.chart.series.push_back(
        bound_series(fmt::format("base {:.0f}", base), plain(kDim, base), result.reach));
  return result;
}

Figure2Chart scaling_chart() {
  Figure2Chart result{
      "scalings", 2048, empty_chart("Scalings for longer sequences", "bound"),
      fmt::format(
          "Trained on {} positions and read {} times further. Interpolation (linear) "
          "stretches the whole curve, the near distances too; ntk, dynamic, yarn and llama3 "
          "keep the fast pairs, which tell neighbours apart, and slow the others.",
          kTrainedLength, kFactor)};
  result.chart.log_x = true;  // near distances matter as much as far ones
  for (const char* name : {"none", "linear", "ntk", "dynamic", "yarn", "llama3"}) {
    rope::Scaling scaling;
    scaling.kind = rope::scaling_kind(name);
    scaling.factor = kFactor;
    scaling.original_length = kTrainedLength;
    result.chart.series.push_back(bound_series(
        name, rope::scaled_frequencies(kDim, kBase, scaling, result.reach), result.reach));
  }
  return result;
}

Figure2Chart expected_chart() {
  Figure2Chart result{
      "expected", kPaperReach, empty_chart("Expected score", "score relative to distance 0"),
      fmt::format("What the bound is about, without a bound: the score of a random vector with "
                  "itself, sum_i cos((m − n) θ_i) / (d/2), beside the mean of {} drawn ones. For "
                  "independent queries and keys the mean is 0 at every distance.",
                  kSamples)};
  const auto frequencies = plain(kDim, kBase);
  result.chart.series = {expected_series("expected", frequencies, result.reach)};
  report::Series sampled = result.chart.series.front();
  sampled.name = "sampled";
  for (std::size_t i = 0; i < sampled.y.size(); ++i)
    sampled.y[i] = rope::sampled_score(frequencies.inverse, sampled.x[i], kSamples, i);
  result.chart.series.push_back(std::move(sampled));
  return result;
}

nlohmann::ordered_json curves_json(const std::vector<Figure2Chart>& charts) {
  nlohmann::ordered_json json;
  for (const auto& [file, reach, chart, remark] : charts) {
    json[file]["distance"] = chart.series.front().x;
    for (const auto& series : chart.series) json[file][series.name] = series.y;
  }
  return json;
}

std::vector<std::string> write_pictures(const std::filesystem::path& out,
                                        const std::vector<Figure2Chart>& charts) {
  std::vector<NamedChart> named;
  for (const auto& chart : charts) named.push_back({chart.file, chart.chart});
  return write_drawings(out, named);
}

void write_page(const StudyResult& result, const std::filesystem::path& out,
                const std::vector<Figure2Chart>& charts) {
  report::Page page("Figure 2: long-term decay of RoPE");
  page.paragraph(kFigure2Says);
  for (const auto& [file, reach, chart, remark] : charts)
    page.section(chart.title).paragraph(remark).chart(chart).table(sampled_table(chart, reach));
  add_sources(page, {result.command, {}});
  std::vector<report::Link> links = {{"numbers of all curves", "curves.json"}};
  for (const auto& file : result.pictures) links.push_back({file, file});
  page.links("Files", links);
  report::write_html(out / "report.html", page);
}

void print_charts(const std::vector<Figure2Chart>& charts) {
  fmt::print("{}\n", kFigure2Says);
  for (const auto& [file, reach, chart, remark] : charts) {
    fmt::print("\n");
    report::print_table(sampled_table(chart, reach));
    fmt::print("{}\n", remark);
  }
}

constexpr const char* kDecayClaim =
    "The paper (sections 3.3 and 3.4.3, Figure 2): \"the inner-product will decay when the "
    "relative "
    "position increase\", shown by the bound of Eq. 37.";

// Of the paper's own setting: the first line.
std::string decay_verdict(const Figure2Chart& paper) {
  const report::Series& bound = paper.chart.series.front();
  return fmt::format(
      "The bound is {:.3g} at distance {:.0f} and {:.3g} at distance {:.0f}; it bounds the "
      "modulus from above and proves no decay by itself: `roformer reproduce decay` sets it beside "
      "a bound that needs no positions.",
      bound.y.front(), bound.x.front(), bound.y.back(), bound.x.back());
}

}  // namespace

int reproduce_figure2(const StudyOptions& options) {
  const fs::path& out = options.out;
  const std::vector<Figure2Chart> charts = {paper_chart(), size_chart(), base_chart(),
                                            scaling_chart(), expected_chart()};
  base::make_folder(out, "--out");
  print_charts(charts);
  base::write_file_atomically(out / "curves.json", curves_json(charts).dump() + "\n");
  const StudyResult result = {.study = "figure2",
                              .title = "Figure 2",
                              .claim = kDecayClaim,
                              .what = "The bound at d = 128 and other sizes, bases and scalings.",
                              .verdicts = {decay_verdict(charts.front())},
                              .command = reproduce_command("figure2", options),
                              .pictures = write_pictures(out, charts)};
  write_page(result, out, charts);
  write_result_file(result, options);
  fmt::print("\nReport with the plots: {}\nNumbers: {}\n", (out / "report.html").string(),
             (out / "curves.json").string());
  if (!result.pictures.empty())
    fmt::print("Pictures: {}, …\n", (out / result.pictures.front()).string());
  return 0;
}

}  // namespace roformer::study
