"""Training on the workers of a cluster, by joblib."""

import joblib
import numpy as np
from distributed import Client, LocalCluster
from small_model import trained


def test_workers_of_a_cluster_train_the_same_model(tmp_path):
    here = trained()
    with (
        LocalCluster(
            1,
            threads_per_worker=2,
            processes=True,
            dashboard_address=None,
            memory_limit=0,
            local_directory=str(tmp_path),
        ) as workers,
        Client(workers),
        joblib.parallel_config("dask"),
    ):
        there = trained()
    assert [head.name for head in there.heads] == [head.name for head in here.heads]
    assert there.thresholds == here.thresholds
    assert np.array_equal(there.table.weights, here.table.weights)
    assert [head.calibration for head in there.heads] == [head.calibration for head in here.heads]
