// Figure 2's curves against the sums of Eq. 36 and 37.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/study/studies.h"
#include "tests/base/test_files.h"
#include "tests/base/variable.h"

namespace roformer::study {
namespace {

double angle_of_pair(int pair, int dim, double base) {
  return std::pow(base, -2.0 * pair / dim);
}

// The mean of |S_1| … |S_{d/2}|.
double mean_modulus(int dim, double base, double distance) {
  std::complex<double> sum = 0;
  double moduli = 0;
  for (int i = 0; i < dim / 2; ++i) {
    sum += std::polar(1.0, distance * angle_of_pair(i, dim, base));
    moduli += std::abs(sum);
  }
  return 2 * moduli / dim;
}

// One run for all: its drawn vectors take some tenths of a second.
TEST(Figure2, CurvesAreTheirSums) {
  const tests::TestFolder out;
  const tests::Variable no_gnuplot("PATH", "");
  StudyOptions options;
  options.out = out.file("new/folder");
  testing::internal::CaptureStdout();
  const int status = reproduce_figure2(options);
  const std::string printed = testing::internal::GetCapturedStdout();
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(tests::has_text(printed, "(d/2 + 1)/2 = 32.5;")) << printed;

  const auto curves = nlohmann::json::parse(base::read_file(options.out / "curves.json"));
  const auto value = [&](const char* chart, const char* series, std::size_t distance) {
    return curves.at(chart).at(series).at(distance).get<double>();
  };
  EXPECT_EQ(curves.at("figure2").at("distance").size(), 251u);
  EXPECT_EQ(value("figure2", "distance", 250), 250);
  for (const int m : {0, 1, 50, 250}) {
    const auto at = static_cast<std::size_t>(m);
    EXPECT_NEAR(value("figure2", "d = 128, base 10000", at), mean_modulus(128, 10000, m), 1e-9);
    EXPECT_NEAR(value("sizes", "d = 64", at),
                mean_modulus(64, 10000, m) / mean_modulus(64, 10000, 0), 1e-9);
    EXPECT_NEAR(value("bases", "base 500000", at), mean_modulus(128, 500000, m), 1e-9);
    // Positions are interpolated: four times as far is as far as it was.
    EXPECT_NEAR(value("scalings", "linear", 4 * at), value("scalings", "none", at), 1e-9);
    double expected = 0;
    for (int i = 0; i < 64; ++i) expected += std::cos(m * angle_of_pair(i, 128, 10000)) / 64;
    EXPECT_NEAR(value("expected", "expected", at), expected, 1e-12);
    EXPECT_NEAR(value("expected", "sampled", at), expected, 0.05);  // 200 vectors
  }
  const std::string page = base::read_file(options.out / "report.html");
  for (const char* part : {"<h2>Figure 2</h2>", "<h2>Bases</h2>", "<h2>Expected score</h2>"})
    EXPECT_TRUE(tests::has_text(page, part)) << part;
  EXPECT_FALSE(std::filesystem::exists(options.out / "figure2.svg"));
}

}  // namespace
}  // namespace roformer::study
